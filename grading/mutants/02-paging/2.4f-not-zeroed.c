/* MUTANT 2.4f: does not clear the block. CAUGHT BY: 2.4/calloc_is_zeroed,
 * 2.4/a_million_calls_agree_with_a_model */
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(bytes);
    return block;

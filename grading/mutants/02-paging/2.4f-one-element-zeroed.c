/* MUTANT 2.4f: clears only the first element. CAUGHT BY: 2.4/calloc_is_zeroed */
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(bytes);
    return block ? memset(block, 0, size) : NULL;

/* MUTANT 2.4f: returns NULL without errno where the product does not fit. CAUGHT BY:
 * 2.4/calloc_knows_what_does_not_fit */
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    void *block = malloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;

/* MUTANT 2.4f: does not look whether the product fits. CAUGHT BY:
 * 2.4/calloc_knows_what_does_not_fit */
    size_t bytes = count * size;
    void *block = malloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;

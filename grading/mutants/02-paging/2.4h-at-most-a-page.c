/* MUTANT 2.4h: aligns to a page at most. CAUGHT BY: 2.4/aligned_alloc_aligns */
    if (size == 0)
        size = 1;
    if (alignment > PAGE_SIZE) {
        void *block = run_alloc(size, PAGE_SIZE);
        return block ? block : block_alloc_scarce(size, alignment);
    }
    size_t whole = (size + alignment - 1) & -alignment;
    if (whole < size) {
        errno = ENOMEM;
        return NULL;
    }
    return malloc(whole); /* its class is a multiple of the alignment, too; a run is page-aligned */

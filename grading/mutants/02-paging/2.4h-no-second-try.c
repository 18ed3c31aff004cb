/* MUTANT 2.4h: fails where spare slabs could be given back. CAUGHT BY:
 * 2.4/aligned_alloc_takes_spare_slabs */
    if (size == 0)
        size = 1;
    if (alignment > PAGE_SIZE) {
        void *block = run_alloc(size, alignment);
        if (!block)
            errno = ENOMEM;
        return block;
    }
    size_t whole = (size + alignment - 1) & -alignment;
    if (whole < size) {
        errno = ENOMEM;
        return NULL;
    }
    return malloc(whole); /* its class is a multiple of the alignment, too; a run is page-aligned */

/* MUTANT 2.4g: frees the old block also where there is no new one. CAUGHT BY:
 * 2.4/realloc_leaves_nothing_behind */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (moved)
        memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;

/* MUTANT 2.4g: gives the last page back that is in use in part. CAUGHT BY:
 * 2.4/realloc_keeps_the_contents */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, size / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;

/* MUTANT 2.4g: returns NULL when there is no memory for a smaller block. CAUGHT BY:
 * 2.4/realloc_can_always_shrink */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;

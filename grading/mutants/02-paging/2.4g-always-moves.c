/* MUTANT 2.4g: moves each block. CAUGHT BY: 2.4/realloc_stays_where_it_can */
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;

/* MUTANT 2.4g: leaves a large block that shrinks as large as it was. CAUGHT BY:
 * 2.4/realloc_stays_where_it_can */
    if (size <= room && size > SIZE_CLASS_MAX) {
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

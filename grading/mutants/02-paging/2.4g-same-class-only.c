/* MUTANT 2.4g: moves a block that could stay and use more than half of it. CAUGHT BY:
 * 2.4/realloc_stays_where_it_can */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && (size > SIZE_CLASS_MAX || size_class_bytes(size_class(size)) == room))
        return block;
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;

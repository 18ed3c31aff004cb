/* MUTANT 2.4g: does not free the block that it has left. CAUGHT BY:
 * 2.4/realloc_leaves_nothing_behind, 2.4/a_million_calls_agree_with_a_model */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, size < room ? size : room);
    return moved;

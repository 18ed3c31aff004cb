/* MUTANT 2.4g: copies the whole old block into a smaller one. CAUGHT BY:
 * 2.4/realloc_keeps_the_contents, 2.4/a_million_calls_agree_with_a_model */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, room);
    free(block);
    return moved;

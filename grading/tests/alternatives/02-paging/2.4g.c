    /* By what the block is: a run of pages, or an object. */
    if (note_is_run(note_at(block)) && size > SIZE_CLASS_MAX) {
        uint64_t pages = size / PAGE_SIZE + (size % PAGE_SIZE ? 1 : 0);
        if (pages <= room / PAGE_SIZE) {
            run_shrink(block, pages);
            return block;
        }
    } else if (size <= room && 2 * size > room) {
        return block;
    }
    void *moved = malloc(size);
    if (moved) {
        memcpy(moved, block, room < size ? room : size);
        free(block);
    } else if (size <= room) {
        moved = block;
    }
    return moved;

/* MUTANT 2.3d: without memory, the first pages stay mapped. CAUGHT BY: 2.3/stack_without_memory
 * */
    for (vaddr_t page = top - size; page < top; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        int error = frame ? page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL)
                          : -ENOMEM;
        if (error) {
            if (frame)
                frame_free(frame, 0);
            return error;
        }
    }
    return 0;

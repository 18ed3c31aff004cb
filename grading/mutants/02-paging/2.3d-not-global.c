/* MUTANT 2.3d: the pages of stacks are not global. CAUGHT BY: 2.3/nothing_else_is_mapped */
    for (vaddr_t page = top - size; page < top; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        int error = frame ? page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W)
                          : -ENOMEM;
        if (error) {
            if (frame)
                frame_free(frame, 0);
            unmap_stack(top - size, page);
            return error;
        }
    }
    return 0;

/* MUTANT 2.3d: a page too many, below. CAUGHT BY: 2.3/stacks_have_guards */
    for (vaddr_t page = top - size - PAGE_SIZE; page < top; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        int error = frame ? page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL)
                          : -ENOMEM;
        if (error) {
            if (frame)
                frame_free(frame, 0);
            unmap_stack(top - size, page);
            return error;
        }
    }
    return 0;

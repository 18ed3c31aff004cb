/* MUTANT 2.3d: keeps the frame that could not be mapped. CAUGHT BY: 2.3/stack_without_memory */
    for (vaddr_t page = top - size; page < top; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        int error = frame ? page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL)
                          : -ENOMEM;
        if (error) {
            unmap_stack(top - size, page);
            return error;
        }
    }
    return 0;

    /* Downwards from the top, as a stack grows. */
    vaddr_t low = top;

    while (low > top - size) {
        paddr_t frame = frame_alloc(0);
        if (frame && page_map(&kernel_tables, low - PAGE_SIZE, frame, PAGE_SIZE,
                              PAGE_GLOBAL | PAGE_W) == 0) {
            low -= PAGE_SIZE;
            continue;
        }
        if (frame)
            frame_free(frame, 0);
        unmap_stack(low, top);
        return -ENOMEM;
    }
    return 0;

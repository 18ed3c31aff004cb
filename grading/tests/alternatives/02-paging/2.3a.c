    /* From the end down, page by page: what comes last in memory is met first. */
    for (uint64_t offset = (info->image_size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE; offset > 0;) {
        offset -= PAGE_SIZE;
        const char *page = image_start + offset;
        page_flags_t flags = page >= image_data ? PAGE_W : page >= image_rodata ? 0 : PAGE_X;
        map((vaddr_t)page, info->image_base + ((vaddr_t)page - info->image_vaddr), PAGE_SIZE, flags);
    }

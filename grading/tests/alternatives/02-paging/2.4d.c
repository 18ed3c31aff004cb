    /* 0 wraps around: it is neither small nor large. */
    if (size - 1 < SIZE_CLASS_MAX)
        return slab_alloc(size_class(size));
    if (size == 0)
        return slab_alloc(0);
    return run_alloc(size, PAGE_SIZE);

    /* A class that is large enough, and a multiple of the alignment: by search. */
    if (size == 0)
        size = 1;
    if (size <= SIZE_CLASS_MAX && alignment <= PAGE_SIZE)
        for (unsigned number = size_class(size); number < SIZE_CLASSES; number++)
            if (size_class_bytes(number) % alignment == 0)
                return malloc(size_class_bytes(number));
    void *block = run_alloc(size, alignment);
    return block ? block : block_alloc_scarce(size, alignment);

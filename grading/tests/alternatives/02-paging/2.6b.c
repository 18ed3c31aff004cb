    char said[100];
    struct stack *stack = stack_at(address);

    if (heap_debug_explain(address, said, sizeof said)) {
        kprintf("the %s", said);
        return NULL;
    }
    if (stack)
        return print_in_stack(stack, address, code);
    if ((address >> 63) == 0) {
        if (address >= application_space.start)
            return print_in_lower_half(address, code);
        kprintf("address 0x%lx", address);
        return "null pointer";
    }
    if (address < DIRECT_MAP_END)
        return print_in_direct_map(address);
    if (address - (vaddr_t)image_start < (vaddr_t)(image_end - image_start))
        return print_in_image(address);
    kprintf("0x%lx, where nothing is", address);
    return "wild pointer";

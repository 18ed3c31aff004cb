    if (address < stack->limit || address >= stack->low)
        return -EFAULT;

    uint64_t pages = (stack->low - address + PAGE_SIZE - 1) / PAGE_SIZE;
    if (map_stack(stack->low, pages * PAGE_SIZE))
        return -ENOMEM;
    stack->low -= pages * PAGE_SIZE;
    return 0;

/* MUTANT 2.5e: notes the growth although there was no memory. CAUGHT BY: 2.5/no_memory_to_grow */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit || address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    stack->low = page;
    return error;

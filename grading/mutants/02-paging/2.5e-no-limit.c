/* MUTANT 2.5e: grows down to the start of the slot. CAUGHT BY:
 * 2.5/recursion_without_end_stops_at_the_guard, 2.5/growth_to_the_byte */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    if (!error)
        stack->low = page;
    return error;

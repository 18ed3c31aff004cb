/* MUTANT 2.5e: refuses the last page above the guard. CAUGHT BY: 2.5/growth_to_the_byte,
 * 2.5/recursion_without_end_stops_at_the_guard */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit + PAGE_SIZE || address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    if (!error)
        stack->low = page;
    return error;

/* MUTANT 2.5e: does not note the new end of the mapped part. CAUGHT BY:
 * 2.5/a_deep_recursion_runs, 2.5/growth_to_the_byte */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit || address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    return error;

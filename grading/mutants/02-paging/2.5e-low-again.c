/* MUTANT 2.5e: takes the address low for one that is not mapped. CAUGHT BY:
 * 2.5/growth_to_the_byte */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit || address > stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    if (!error)
        stack->low = page;
    return error;

/* MUTANT 2.5e: cuts the upper half off the address of the page. CAUGHT BY:
 * 2.5/a_touch_far_below_leaves_no_hole, 2.5/growth_to_the_byte */
    vaddr_t page = address & (vaddr_t)-PAGE_SIZE;

    if (address < stack->limit || address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    if (!error)
        stack->low = page;
    return error;

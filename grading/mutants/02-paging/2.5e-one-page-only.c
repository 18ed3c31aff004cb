/* MUTANT 2.5e: maps the touched page and leaves a hole above it. CAUGHT BY:
 * 2.5/a_touch_far_below_leaves_no_hole, 2.5/growth_to_the_byte */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit || address >= stack->low)
        return -EFAULT;
    int error = map_stack(page + PAGE_SIZE, PAGE_SIZE);
    if (!error)
        stack->low = page;
    return error;

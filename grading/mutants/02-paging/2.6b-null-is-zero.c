/* MUTANT 2.6b: takes no pointer but 0 for a null pointer. CAUGHT BY: 2.6/null_pointers,
 * 2.6/reports_of_real_faults */
    const struct stack *stack = stack_at(address);
    char words[192];

    if (address == 0) {
        kprintf("address 0x%lx", address);
        return "null pointer";
    }
    if (stack)
        return print_in_stack(stack, address, code);
    if (address < LOWER_HALF_END)
        return print_in_lower_half(address, code);
    if (address >= DIRECT_MAP && address < DIRECT_MAP_END)
        return print_in_direct_map(address);
    if (address >= (vaddr_t)image_start && address < (vaddr_t)image_end)
        return print_in_image(address);
    if (heap_debug_explain(address, words, sizeof words)) {
        kprintf("the %s", words);
        return NULL;
    }
    kprintf("0x%lx, where nothing is", address);
    return "wild pointer";

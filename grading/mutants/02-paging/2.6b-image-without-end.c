/* MUTANT 2.6b: takes what is behind the image for the image. CAUGHT BY: 2.6/memory_and_the_image
 * */
    const struct stack *stack = stack_at(address);
    char words[192];

    if (address < application_space.start) {
        kprintf("address 0x%lx", address);
        return "null pointer";
    }
    if (stack)
        return print_in_stack(stack, address, code);
    if (address < LOWER_HALF_END)
        return print_in_lower_half(address, code);
    if (address >= DIRECT_MAP && address < DIRECT_MAP_END)
        return print_in_direct_map(address);
    if (address >= (vaddr_t)image_start)
        return print_in_image(address);
    if (heap_debug_explain(address, words, sizeof words)) {
        kprintf("the %s", words);
        return NULL;
    }
    kprintf("0x%lx, where nothing is", address);
    return "wild pointer";

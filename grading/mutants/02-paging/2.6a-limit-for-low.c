/* MUTANT 2.6a: takes every page that is not mapped yet for the guard page. CAUGHT BY:
 * 2.6/guards_of_every_stack, 2.6/no_memory_for_a_stack */
    if (address < stack->low) {
        kprintf("the guard page below %s", stack->name);
        return "stack overflow";
    }
    if (address >= stack->top) {
        kprintf("the guard page above %s", stack->name);
        return "stack underflow";
    }
    kprintf("%s", stack->name);
    return code & PF_FETCH ? forbidden(code) : "missing page";

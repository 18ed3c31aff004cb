/* MUTANT 2.6a: knows one stack only. CAUGHT BY: 2.6/guards_of_every_stack */
    if (address < stack->limit) {
        kprintf("the guard page below thread 0's stack");
        return "stack overflow";
    }
    if (address >= stack->top) {
        kprintf("the guard page above %s", stack->name);
        return "stack underflow";
    }
    kprintf("%s", stack->name);
    return code & PF_FETCH ? forbidden(code) : "missing page";

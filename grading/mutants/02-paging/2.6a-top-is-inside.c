/* MUTANT 2.6a: takes the first byte above a stack for the stack. CAUGHT BY:
 * 2.6/guards_of_every_stack */
    if (address < stack->limit) {
        kprintf("the guard page below %s", stack->name);
        return "stack overflow";
    }
    if (address > stack->top) {
        kprintf("the guard page above %s", stack->name);
        return "stack underflow";
    }
    kprintf("%s", stack->name);
    return code & PF_FETCH ? forbidden(code) : "missing page";

/* MUTANT 2.6c: null pointers and stack overflows are told even of a page that is there.
 * CAUGHT BY: 2.6/the_gravest_reason_is_told */
    uint64_t code = frame->error_code;
    const struct stack *overrun = stack_overrun(frame->rbp, frame->rsp, address);
    const struct stack *stack = stack_at(address);
    const char *reason = "stack overflow";

    kprintf("%s ", access_words(code));
    if (overrun)
        kprintf("0x%lx bytes below %s", overrun->limit - address, overrun->name);
    else
        reason = print_place(address, code);

    if (error == -ENOMEM)
        reason = "out of memory";
    else if (code & PF_RESERVED)
        reason = "broken table";
    else if ((code & PF_PRESENT) && address >= application_space.start &&
             (!stack || (address >= stack->limit && address < stack->top)))
        reason = forbidden(code);
    if (reason)
        kprintf(": %s", reason);
    print_function(frame);

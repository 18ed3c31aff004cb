/* MUTANT 2.6c: does not say in which function. CAUGHT BY: 2.6/recursion_without_end,
 * 2.6/null_pointers */
    uint64_t code = frame->error_code;
    const struct stack *overrun = stack_overrun(frame->rbp, frame->rsp, address);
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
    else if (code & PF_PRESENT)
        reason = forbidden(code);
    if (reason)
        kprintf(": %s", reason);

/* MUTANT 2.6c: counts the bytes below a stack from rsp. CAUGHT BY:
 * 2.6/a_frame_too_large_for_the_stack */
    uint64_t code = frame->error_code;
    const struct stack *overrun = stack_overrun(frame->rbp, frame->rsp, address);
    const char *reason = "stack overflow";

    kprintf("%s ", access_words(code));
    if (overrun)
        kprintf("0x%lx bytes below %s", overrun->limit - frame->rsp, overrun->name);
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
    print_function(frame);

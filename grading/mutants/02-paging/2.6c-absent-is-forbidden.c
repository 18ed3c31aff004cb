/* MUTANT 2.6c: does not tell a page that is there from one that is not. CAUGHT BY: 2.6/regions,
 * 2.6/memory_and_the_image */
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
    else if (code)
        reason = forbidden(code);
    if (reason)
        kprintf(": %s", reason);
    print_function(frame);

    const struct stack *left = stack_overrun(frame->rbp, frame->rsp, address);
    bool gravest = true;
    const char *meant = NULL, *because = NULL;

    if (error == -ENOMEM)
        because = "out of memory";
    else if ((frame->error_code & PF_RESERVED) != 0)
        because = "broken table";
    else if ((frame->error_code & PF_PRESENT) != 0)
        because = forbidden(frame->error_code);
    else
        gravest = false;

    kprintf("%s ", access_words(frame->error_code));
    if (!left) {
        meant = print_place(address, frame->error_code);
    } else {
        kprintf("0x%lx bytes below %s", left->limit - address, left->name);
        meant = "stack overflow";
    }
    if (!gravest)
        because = meant;
    if (because != NULL)
        kprintf(": %s", because);
    print_function(frame);

/* MUTANT 1.6f: follows rbp before it prints, and misses who called the function. CAUGHT BY:
 * 1.6/backtrace_of_five_calls */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        if ((uint64_t)((const struct frame *)rbp)->caller <= rbp)
            break;
        rbp = (uint64_t)((const struct frame *)rbp)->caller;
        if (!frame_readable(rbp))
            break;
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
    }

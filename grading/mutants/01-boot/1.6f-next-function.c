/* MUTANT 1.6f: looks a return address up itself, which may be the next function's. CAUGHT BY:
 * 1.6/backtrace_of_five_calls */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }

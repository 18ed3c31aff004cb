/* MUTANT 1.6f: prints frame pointers instead of return addresses. CAUGHT BY:
 * 1.6/backtrace_of_five_calls */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        if (frame->return_address == 0)
            break;
        print_line((uint64_t)frame, (uint64_t)frame);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }

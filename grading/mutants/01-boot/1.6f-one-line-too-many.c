/* MUTANT 1.6f: does not count the first line. CAUGHT BY: 1.6/a_long_chain_is_cut */
    print_line(rip, rip);
    for (int lines = 0; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }

/* MUTANT 1.6f: does not print where the fault is. CAUGHT BY: 1.6/backtrace_of_five_calls */
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }

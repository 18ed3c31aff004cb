/* MUTANT 1.6f: follows every frame pointer that is not 0. CAUGHT BY:
 * 1.6/a_broken_chain_ends_the_backtrace[outside] */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && rbp != 0; lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }

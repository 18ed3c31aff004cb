/* MUTANT 1.6f: follows a chain that leads down the stack. CAUGHT BY:
 * 1.6/a_broken_chain_ends_the_backtrace[loop] */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        if (frame->return_address == 0)
            break;
        print_line(frame->return_address, frame->return_address - 1);
        rbp = (uint64_t)frame->caller;
    }

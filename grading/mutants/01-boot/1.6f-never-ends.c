/* MUTANT 1.6f: follows a chain that leads in a circle for ever. CAUGHT BY:
 * 1.6/a_broken_chain_ends_the_backtrace[loop] */
    print_line(rip, rip);
    while (frame_readable(rbp)) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
        rbp = (uint64_t)frame->caller;
    }

/* MUTANT 2.6e: forgets where the first fault was. CAUGHT BY: 2.6/a_fault_while_explaining */
    static struct trap_frame first;
    static vaddr_t first_cr2;

    if (state < EXPLAINING) {
        state = EXPLAINING;
        first = *frame;
        first_cr2 = read_cr2();
        kprintf("cause: ");
        if (frame->vector == VECTOR_DF)
            double_fault_cause(first_cr2);
        else
            fault_cause(frame, first_cr2, error);
        kprintf("\n");
    } else if (state == EXPLAINING) {
        kprintf(" ... not found: %s at 0x%lx\n", trap_name(frame->vector), frame->rip);
        frame = &first;
    }
    state = REPORTING;
    fault_report(frame);

/* MUTANT 2.6e: takes a double fault for a page fault. CAUGHT BY:
 * 2.6/an_exception_stack_that_leads_nowhere, 2.6/a_damaged_gate_is_named */
    static struct trap_frame first;
    static vaddr_t first_cr2;

    if (state < EXPLAINING) {
        state = EXPLAINING;
        first = *frame;
        first_cr2 = read_cr2();
        kprintf("cause: ");
        if (frame->vector == VECTOR_NMI)
            double_fault_cause(first_cr2);
        else
            fault_cause(frame, first_cr2, error);
        kprintf("\n");
    } else if (state == EXPLAINING) {
        kprintf(" ... not found: %s at 0x%lx\n", trap_name(frame->vector), frame->rip);
        write_cr2(first_cr2);
        frame = &first;
    }
    state = REPORTING;
    fault_report(frame);

    static struct {
        struct trap_frame frame;
        uint64_t cr2;
    } first;

    switch (state) {
    case NOTHING:
    case RESOLVING:
        first.cr2 = read_cr2();
        first.frame = *frame;
        state = EXPLAINING;
        kprintf("cause: ");
        if (frame->vector != VECTOR_PF)
            double_fault_cause(first.cr2);
        else
            fault_cause(&first.frame, first.cr2, error);
        kprintf("\n");
        state = REPORTING;
        fault_report(&first.frame);
    case EXPLAINING:
        state = REPORTING;
        kprintf(" ... not found: %s at 0x%lx\n", trap_name(frame->vector), frame->rip);
        write_cr2(first.cr2);
        fault_report(&first.frame);
    case REPORTING:
        break;
    }
    fault_report(frame);

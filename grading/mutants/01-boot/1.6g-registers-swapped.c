/* MUTANT 1.6g: shows rsi and rdi in each other's place. CAUGHT BY: 1.6/exceptions_are_reported */
    const char *name = trap_name(frame->vector);

    if (name)
        kprintf("fault: %s, vector %lu\n", name, frame->vector);
    else
        kprintf("fault: %s, vector %lu\n", frame->vector < 32 ? "exception" : "interrupt",
                frame->vector);
    if (has_error_code(frame->vector)) {
        kprintf("error code 0x%04lx: ", frame->error_code);
        print_error_words(frame->vector, frame->error_code);
        kprintf("\n");
    }
    if (frame->vector == VECTOR_PF)
        kprintf("cr2 0x%016lx\n", read_cr2());
    print_place("rip", frame->rip);
    kprintf("rax 0x%016lx rbx 0x%016lx rcx 0x%016lx rdx 0x%016lx\n", frame->rax, frame->rbx,
            frame->rcx, frame->rdx);
    kprintf("rsi 0x%016lx rdi 0x%016lx rbp 0x%016lx rsp 0x%016lx\n", frame->rdi, frame->rsi, frame->rbp, frame->rsp);
    kprintf("r8  0x%016lx r9  0x%016lx r10 0x%016lx r11 0x%016lx\n", frame->r8, frame->r9,
            frame->r10, frame->r11);
    kprintf("r12 0x%016lx r13 0x%016lx r14 0x%016lx r15 0x%016lx\n", frame->r12, frame->r13,
            frame->r14, frame->r15);
    kprintf("cs  0x%04lx ss  0x%04lx rflags 0x%016lx\n", frame->cs, frame->ss, frame->rflags);
    kprintf("cr0 0x%016lx cr3 0x%016lx cr4 0x%016lx\n", read_cr0(), read_cr3(), read_cr4());
    kprintf("backtrace:\n");
    backtrace_print(frame->rip, frame->rbp);

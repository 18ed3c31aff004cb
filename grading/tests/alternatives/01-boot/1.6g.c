    static const struct {
        const char *name;
        int place; /* in words */
        char end;
    } registers[] = {
        {"rax", 14, ' '}, {"rbx", 13, ' '}, {"rcx", 12, ' '}, {"rdx", 11, '\n'},
        {"rsi", 10, ' '}, {"rdi", 9, ' '},  {"rbp", 8, ' '},  {"rsp", 20, '\n'},
        {"r8 ", 7, ' '},  {"r9 ", 6, ' '},  {"r10", 5, ' '},  {"r11", 4, '\n'},
        {"r12", 3, ' '},  {"r13", 2, ' '},  {"r14", 1, ' '},  {"r15", 0, '\n'},
    };
    const uint64_t cr2 = read_cr2(), *words = &frame->r15;
    unsigned vector = frame->vector;
    const char *name = trap_name(vector);

    if (!name)
        name = vector >= 32 ? "interrupt" : "exception";
    kprintf("fault: %s, vector %u\n", name, vector);
    if (has_error_code(vector)) {
        kprintf("error code 0x%.4lx: ", frame->error_code);
        print_error_words(vector, frame->error_code);
        kprintf("\n");
    }
    if (vector == 14)
        kprintf("cr2 0x%016lx\n", cr2);
    print_place("rip", frame->rip);
    for (unsigned i = 0; i < sizeof registers / sizeof registers[0]; i++)
        kprintf("%s 0x%016lx%c", registers[i].name, words[registers[i].place], registers[i].end);
    kprintf("cs  0x%04lx ", frame->cs);
    kprintf("ss  0x%04lx ", frame->ss);
    kprintf("rflags 0x%016lx\n", frame->rflags);
    kprintf("cr0 0x%016lx cr3 0x%016lx cr4 0x%016lx\n", read_cr0(), read_cr3(), read_cr4());
    kprintf("backtrace:\n");
    backtrace_print(frame->rip, frame->rbp);

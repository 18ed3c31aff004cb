    unsigned left = BACKTRACE_MAX;

    print_line(rip, rip);
    while (--left > 0 && rbp != 0 && frame_readable(rbp)) {
        const uint64_t *words = (const uint64_t *)rbp;
        print_line(words[1], words[1] - 1);
        if (words[0] <= rbp)
            return;
        rbp = words[0];
    }

    if (count == 0 || count > 1ul << (FRAME_ORDERS - 1))
        return 0;
    unsigned order = count == 1 ? 0 : 64 - __builtin_clzl(count - 1);
    paddr_t run = frame_alloc(order);
    if (run && count & (count - 1))
        frames_shrink_run(run, 1ul << order, count);
    return run;

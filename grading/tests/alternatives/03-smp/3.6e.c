    /* What waits here is looked at first, with the lock; the thread is taken only if it moves. */
    nanos_t now = clock_now();
    struct thread *moves = NULL;
    struct cpu *to = NULL;

    spin_take(&cpu->queue.lock);
    if (queue_first(&cpu->queue)) {
        uint64_t most = queue_first(&cpu->queue)->node.key + MARGIN;
        for (uint32_t number = cpu_count; number-- > 0;) {
            uint64_t pass = cpus[number] != cpu && cpus[number]->online
                                ? queue_running_pass(&cpus[number]->queue, now)
                                : 0;
            if (pass > most) {
                to = cpus[number];
                most = pass;
            }
        }
        if (to)
            moves = queue_pop(&cpu->queue);
    }
    spin_release(&cpu->queue.lock);
    if (moves)
        put(moves, to, LAG_MAX);

/* MUTANT 3.6e: the thread is taken without the lock. CAUGHT BY:
 * 3.6/queues_change_under_their_locks[hogs] */
    struct run_queue *queue = &cpu->queue;
    struct cpu *ahead = NULL;
    uint64_t most = 0;
    nanos_t now = clock_now();

    for (uint32_t i = 0; i < cpu_count; i++) {
        if (cpus[i] == cpu || !cpus[i]->online)
            continue;
        uint64_t pass = queue_running_pass(&cpus[i]->queue, now);
        if (pass > most) {
            most = pass;
            ahead = cpus[i];
        }
    }
    struct thread *first = queue_first(queue);
    bool moves = first && first->node.key + MARGIN < most;
    if (moves)
        queue_pop(queue);
    if (moves)
        put(first, ahead, LAG_MAX);

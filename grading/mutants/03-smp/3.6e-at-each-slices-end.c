/* MUTANT 3.6e: gives a thread away at the end of each slice. CAUGHT BY: 3.6/who_is_not_behind_stays */
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
    spin_take(&queue->lock);
    struct thread *first = queue_first(queue);
    bool moves = first && ahead;
    if (moves)
        queue_pop(queue);
    spin_release(&queue->lock);
    if (moves)
        put(first, ahead, LAG_MAX);

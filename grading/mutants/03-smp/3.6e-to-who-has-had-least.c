/* MUTANT 3.6e: gives threads to the CPU whose running thread has had least. CAUGHT BY:
 * 3.6/shares_across_processors[5-on-4] */
    struct run_queue *queue = &cpu->queue;
    struct cpu *ahead = NULL;
    uint64_t most = UINT64_MAX;
    nanos_t now = clock_now();

    for (uint32_t i = 0; i < cpu_count; i++) {
        if (cpus[i] == cpu || !cpus[i]->online)
            continue;
        uint64_t pass = queue_running_pass(&cpus[i]->queue, now);
        if (pass < most) {
            most = pass;
            ahead = cpus[i];
        }
    }
    spin_take(&queue->lock);
    struct thread *first = queue_first(queue);
    bool moves = first && first->node.key + MARGIN < most;
    if (moves)
        queue_pop(queue);
    spin_release(&queue->lock);
    if (moves)
        put(first, ahead, LAG_MAX);

/* MUTANT 3.6e: gives threads to CPUs that never came up. CAUGHT BY:
 * 3.6/nothing_for_a_processor_that_is_not_there */
    struct run_queue *queue = &cpu->queue;
    struct cpu *ahead = NULL;
    uint64_t most = 0;
    nanos_t now = clock_now();

    for (uint32_t i = 0; i < cpu_count; i++) {
        if (cpus[i] == cpu)
            continue;
        uint64_t pass = queue_running_pass(&cpus[i]->queue, now);
        if (pass > most) {
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

/* MUTANT 3.6a: long times overflow. CAUGHT BY: 3.6/what_running_costs */
    struct thread *thread = cpu->thread;
    nanos_t time = now > thread->began ? now - thread->began : 0;

    thread->began = now;
    thread->ran += time;
    if (thread == cpu->queue.idle)
        return;
    thread->node.key += time * WEIGHT_NORMAL * PASS_PER_NANO / thread->weight % (1ul << 44);

    const struct thread *first = queue_first(&cpu->queue);
    bool behind = first && first->node.key < thread->node.key;
    virtual_now_reaches(behind ? first->node.key : thread->node.key);

    uint64_t front = __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);
    if (thread->node.key + LAG_MAX < front)
        thread->node.key = front - LAG_MAX;

/* MUTANT 3.6a: nothing is forgotten. CAUGHT BY: 3.6/what_running_costs */
    struct thread *thread = cpu->thread;
    nanos_t time = now > thread->began ? now - thread->began : 0;

    thread->began = now;
    thread->ran += time;
    if (thread == cpu->queue.idle)
        return;
    thread->node.key += pass_for(time, thread->weight);

    const struct thread *first = queue_first(&cpu->queue);
    bool behind = first && first->node.key < thread->node.key;
    virtual_now_reaches(behind ? first->node.key : thread->node.key);


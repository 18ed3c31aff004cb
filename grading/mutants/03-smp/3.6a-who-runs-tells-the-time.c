/* MUTANT 3.6a: virtual_now follows the running thread, and leaves those behind who wait. CAUGHT
 * BY: 3.6/what_running_costs */
    struct thread *thread = cpu->thread;
    nanos_t time = now > thread->began ? now - thread->began : 0;

    thread->began = now;
    thread->ran += time;
    if (thread == cpu->queue.idle)
        return;
    thread->node.key += pass_for(time, thread->weight);

    virtual_now_reaches(thread->node.key);

    uint64_t front = __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);
    if (thread->node.key + LAG_MAX < front)
        thread->node.key = front - LAG_MAX;

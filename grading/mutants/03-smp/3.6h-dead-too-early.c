/* MUTANT 3.6h: the dead are given back while they still stand on their stack. CAUGHT BY:
 * 3.6/ended_threads_are_gone */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state == THREAD_RUNNING)
        queue_push(queue, from);
    else if (from->state == THREAD_DEAD)
        thread_release(from);
    to = queue_pop(queue);
    if (!to)
        to = queue->idle;
    else if (from == queue->idle)
        idle_ends(cpu);
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        thread_switch(from, to);

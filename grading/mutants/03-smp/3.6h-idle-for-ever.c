/* MUTANT 3.6h: a CPU that has found work is still said to idle. CAUGHT BY:
 * 3.6/who_is_busy_is_not_idle */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state == THREAD_RUNNING)
        queue_push(queue, from);
    else if (from->state == THREAD_DEAD)
        queue->dead = from;
    to = queue_pop(queue);
    if (!to)
        to = queue->idle;
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        thread_switch(from, to);

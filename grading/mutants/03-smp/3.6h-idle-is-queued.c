/* MUTANT 3.6h: the idle thread is queued like any other. CAUGHT BY: 3.6/sleep_is_exact[1] */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from->state == THREAD_RUNNING)
        queue_push(queue, from);
    else if (from->state == THREAD_DEAD)
        queue->dead = from;
    to = queue_pop(queue);
    if (!to)
        to = queue->idle;
    else if (from == queue->idle)
        idle_ends(cpu);
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        thread_switch(from, to);

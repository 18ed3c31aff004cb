/* MUTANT 3.6h: who waits is queued, too. CAUGHT BY: 3.6/idle_processors_halt,
 * 3.6/threads_wake_each_other */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state != THREAD_DEAD)
        queue_push(queue, from);
    else
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

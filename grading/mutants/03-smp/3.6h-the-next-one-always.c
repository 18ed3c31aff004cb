/* MUTANT 3.6h: who gives way waits for somebody else's turn, even with the smallest pass. CAUGHT
 * BY: 3.6/shares_go_by_priority */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state == THREAD_DEAD)
        queue->dead = from;
    bool stays = from != queue->idle && from->state == THREAD_RUNNING;
    to = queue_pop(queue);
    if (to && stays)
        queue_push(queue, from);
    if (!to)
        to = stays ? from : queue->idle;
    else if (from == queue->idle)
        idle_ends(cpu);
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        thread_switch(from, to);

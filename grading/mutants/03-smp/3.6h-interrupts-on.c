/* MUTANT 3.6h: interrupts are on across the switch. CAUGHT BY:
 * 3.6/the_lock_is_held_across_the_switch */
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
    else if (from == queue->idle)
        idle_ends(cpu);
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        interrupts_on(), thread_switch(from, to), interrupts_off();

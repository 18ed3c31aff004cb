    /* The idle thread runs unless there is somebody else. */
    struct thread *from = cpu->thread, *to = queue->idle;
    nanos_t now = clock_now();

    queue_charge(cpu, now);
    if (from != queue->idle && from->state == THREAD_RUNNING)
        queue_push(queue, from);
    if (queue->ready_count)
        to = queue_pop(queue);
    if (from->state == THREAD_DEAD)
        queue->dead = from;
    if (from == queue->idle && to != from) {
        from->state = THREAD_READY;
        idle_ends(cpu);
    }
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (from != to)
        thread_switch(from, to);

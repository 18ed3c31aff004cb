    /* The thread is queued first; then what has changed says who is to be told. */
    nanos_t now = clock_now();
    uint64_t least = virtual_now_update(now), running = queue_running_pass(queue, now);
    bool own = cpu == this_cpu();

    least = least > lag ? least - lag : 0;
    if (thread->node.key < least)
        thread->node.key = least;
    bool better = running != UINT64_MAX && running > thread->node.key &&
                  running - thread->node.key > GRAIN;
    thread->home = cpu;
    queue_push(queue, thread);
    bool tell = better || running == UINT64_MAX || queue->ready_count == 1;
    if (better)
        queue->preempt_wanted = true;
    bool gives_way = own && queue->preempt_wanted;
    if (own)
        queue_arm(cpu);
    else if (tell)
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE); /* its handler waits for the lock */
    spin_release(&queue->lock);
    return gives_way;

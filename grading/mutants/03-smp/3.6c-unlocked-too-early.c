/* MUTANT 3.6c: the lock is released before the queue is consistent. CAUGHT BY:
 * 3.6/queues_change_under_their_locks */
    nanos_t now = clock_now();
    uint64_t front = virtual_now_update(now);
    bool idle = cpu->thread == queue->idle, look = idle || !queue->ready.first;

    if (thread->node.key + lag < front)
        thread->node.key = front - lag;
    if (!idle && thread->node.key + GRAIN < queue_running_pass(queue, now))
        look = queue->preempt_wanted = true;
    thread->home = cpu;
    spin_release(&queue->lock);
    queue_push(queue, thread);
    spin_take(&queue->lock);
    if (cpu == this_cpu())
        queue_arm(cpu);
    bool mine = cpu == this_cpu() && queue->preempt_wanted;
    spin_release(&queue->lock);
    if (look && cpu != this_cpu())
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE);
    return mine;

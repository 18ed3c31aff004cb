/* MUTANT 3.6c: the thread keeps its old home. CAUGHT BY: 3.6/threads_wake_each_other[4] */
    nanos_t now = clock_now();
    uint64_t front = virtual_now_update(now);
    bool idle = cpu->thread == queue->idle, look = idle || !queue->ready.first;

    if (thread->node.key + lag < front)
        thread->node.key = front - lag;
    if (!idle && thread->node.key + GRAIN < queue_running_pass(queue, now))
        look = queue->preempt_wanted = true;
    queue_push(queue, thread);
    if (cpu == this_cpu())
        queue_arm(cpu);
    bool mine = cpu == this_cpu() && queue->preempt_wanted;
    spin_release(&queue->lock);
    if (look && cpu != this_cpu())
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE);
    return mine;

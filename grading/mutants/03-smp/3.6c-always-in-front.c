/* MUTANT 3.6c: a woken thread is always a little behind, whatever it has had. CAUGHT BY:
 * 3.6/napping_earns_nothing */
    nanos_t now = clock_now();
    uint64_t front = virtual_now_update(now);
    bool idle = cpu->thread == queue->idle, look = idle || !queue->ready.first;

    thread->node.key = front - lag;
    if (!idle && thread->node.key + GRAIN < queue_running_pass(queue, now))
        look = queue->preempt_wanted = true;
    thread->home = cpu;
    queue_push(queue, thread);
    if (cpu == this_cpu())
        queue_arm(cpu);
    bool mine = cpu == this_cpu() && queue->preempt_wanted;
    spin_release(&queue->lock);
    if (look && cpu != this_cpu())
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE);
    return mine;

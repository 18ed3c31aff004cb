/* MUTANT 3.6c: who has slept long has it all to catch up. CAUGHT BY:
 * 3.6/where_a_woken_thread_begins */
    nanos_t now = clock_now();
    bool idle = cpu->thread == queue->idle, look = idle || !queue->ready.first;

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

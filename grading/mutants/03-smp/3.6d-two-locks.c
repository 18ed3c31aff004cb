/* MUTANT 3.6d: puts the thread into this CPU's queue with the victim's lock held. CAUGHT BY:
 * 3.6/queues_change_under_their_locks[steal] */
        spin_take(&victim->queue.lock);
        struct thread *thread = queue_pop(&victim->queue);
        if (thread)
            put(thread, cpu, LAG_MAX);
        spin_release(&victim->queue.lock);
        if (thread)
            return true;

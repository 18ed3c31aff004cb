/* MUTANT 3.6d: the victim's lock is not taken. CAUGHT BY:
 * 3.6/queues_change_under_their_locks[steal] */
        struct thread *thread = queue_pop(&victim->queue);
        if (thread) {
            put(thread, cpu, LAG_MAX);
            return true;
        }

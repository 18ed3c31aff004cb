/* MUTANT 3.6d: gives the thread back to whom it was taken from. CAUGHT BY:
 * 3.6/idle_processors_steal */
        spin_take(&victim->queue.lock);
        struct thread *thread = queue_pop(&victim->queue);
        spin_release(&victim->queue.lock);
        if (thread) {
            put(thread, victim, LAG_MAX);
            return true;
        }

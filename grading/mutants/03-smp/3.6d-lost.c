/* MUTANT 3.6d: the stolen thread is in no queue. CAUGHT BY: 3.6/idle_processors_steal */
        spin_take(&victim->queue.lock);
        struct thread *thread = queue_pop(&victim->queue);
        spin_release(&victim->queue.lock);
        if (thread) {
            return true;
        }

/* MUTANT 3.6d: the stolen thread keeps its home. CAUGHT BY:
 * 3.6/queues_change_under_their_locks[steal] */
        spin_take(&victim->queue.lock);
        struct thread *thread = queue_pop(&victim->queue);
        spin_release(&victim->queue.lock);
        if (thread) {
            queue_push(&cpu->queue, thread);
            return true;
        }

/* MUTANT 3.6g: looks at the timers without the lock. CAUGHT BY:
 * 3.6/queues_change_under_their_locks[sleepers] */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        struct heap_node *first = queue->timers.first;
        if (!first || first->key > now) {
            return;
        }
        struct thread *thread = OF_TIMER(first);
        thread->timed_out = true;
        bool ended = end_wait(queue, thread);
        if (ended)
            thread_place(thread);
    }

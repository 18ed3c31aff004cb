/* MUTANT 3.6g: wakes who should have been woken a millisecond ago. CAUGHT BY: 3.6/sleep_is_exact */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        spin_take(&queue->lock);
        struct heap_node *first = queue->timers.first;
        if (!first || first->key + 1000000 > now) {
            spin_release(&queue->lock);
            return;
        }
        struct thread *thread = OF_TIMER(first);
        thread->timed_out = true;
        bool ended = end_wait(queue, thread);
        spin_release(&queue->lock);
        if (ended)
            thread_place(thread);
    }

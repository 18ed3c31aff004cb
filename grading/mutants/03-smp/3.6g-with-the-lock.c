/* MUTANT 3.6g: keeps the lock while the thread is placed. CAUGHT BY: 3.6/sleep_is_exact[4] */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        spin_take(&queue->lock);
        struct heap_node *first = queue->timers.first;
        if (!first || first->key > now) {
            spin_release(&queue->lock);
            return;
        }
        struct thread *thread = OF_TIMER(first);
        thread->timed_out = true;
        bool ended = end_wait(queue, thread);
        if (ended)
            thread_place(thread);
        spin_release(&queue->lock);
    }

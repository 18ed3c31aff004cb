/* MUTANT 3.6g: does not say that the time was up. CAUGHT BY: 3.6/waits_with_a_deadline */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        spin_take(&queue->lock);
        struct heap_node *first = queue->timers.first;
        if (!first || first->key > now) {
            spin_release(&queue->lock);
            return;
        }
        struct thread *thread = OF_TIMER(first);
        bool ended = end_wait(queue, thread);
        spin_release(&queue->lock);
        if (ended)
            thread_place(thread);
    }

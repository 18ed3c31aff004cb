/* MUTANT 3.6g: wakes all sleepers, whether their time has come or not. CAUGHT BY:
 * 3.6/many_sleepers */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        spin_take(&queue->lock);
        struct heap_node *first = queue->timers.first;
        if (!first) {
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

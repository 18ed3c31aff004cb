    /* All that are due come out under one lock, in a list that uses their nodes. */
    struct heap_node *due = NULL;

    spin_take(&cpu->queue.lock);
    for (struct heap_node *first; (first = cpu->queue.timers.first) && first->key <= now;) {
        struct thread *thread = OF_TIMER(first);
        thread->timed_out = true;
        if (end_wait(&cpu->queue, thread)) {
            thread->node.sibling = due;
            due = &thread->node;
        }
    }
    spin_release(&cpu->queue.lock);
    while (due) {
        struct thread *thread = (struct thread *)((char *)due - offsetof(struct thread, node));
        due = due->sibling;
        thread_place(thread);
    }

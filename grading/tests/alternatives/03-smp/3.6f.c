    /* By states: two of them are the waiting thread's, the rest are nobody's business. */
    bool waits = thread->state == THREAD_WAITING, there = thread->home->thread == thread;

    if (waits) {
        thread->state = there ? THREAD_RUNNING : THREAD_READY;
        if (thread->timer.queued)
            heap_remove(&queue->timers, &thread->timer);
    }
    return waits && !there;

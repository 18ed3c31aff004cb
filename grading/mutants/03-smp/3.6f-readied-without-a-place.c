/* MUTANT 3.6f: makes the thread ready, and says that there is nothing to do. CAUGHT BY:
 * 3.6/threads_wake_each_other */
    if (thread->state != THREAD_WAITING)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) {
        thread->state = THREAD_RUNNING;
        return false;
    }
    thread->state = THREAD_READY;
    return false;

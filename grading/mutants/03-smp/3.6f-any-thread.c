/* MUTANT 3.6f: also who does not wait is made ready. CAUGHT BY: 3.6/two_wake_ups_at_once */
    if (thread->state == THREAD_DEAD)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) {
        thread->state = THREAD_RUNNING;
        return false;
    }
    thread->state = THREAD_READY;
    return true;

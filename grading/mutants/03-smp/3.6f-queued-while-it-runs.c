/* MUTANT 3.6f: a thread that has not left its CPU yet is queued. CAUGHT BY:
 * 3.6/a_wake_up_before_the_wait_counts */
    if (thread->state != THREAD_WAITING)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    thread->state = THREAD_READY;
    return true;

/* MUTANT 3.6f: a wake-up before the thread has left its CPU is lost. CAUGHT BY:
 * 3.6/a_wake_up_before_the_wait_counts */
    if (thread->state != THREAD_WAITING)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) {
        return false;
    }
    thread->state = THREAD_READY;
    return true;

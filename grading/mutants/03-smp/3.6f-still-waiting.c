/* MUTANT 3.6f: until it is queued the thread still waits, and can be woken again. CAUGHT BY:
 * 3.6/two_wake_ups_at_once */
    if (thread->state != THREAD_WAITING)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) {
        thread->state = THREAD_RUNNING;
        return false;
    }
    return true;

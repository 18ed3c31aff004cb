/* MUTANT 3.6f: the timer stays behind. CAUGHT BY: 3.6/waits_with_a_deadline */
    if (thread->state != THREAD_WAITING)
        return false;
    (void)queue;
    if (thread->home->thread == thread) {
        thread->state = THREAD_RUNNING;
        return false;
    }
    thread->state = THREAD_READY;
    return true;

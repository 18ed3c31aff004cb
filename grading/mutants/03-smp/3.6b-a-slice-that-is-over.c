/* MUTANT 3.6b: arms the end of a slice that is over, again and again. CAUGHT BY:
 * 3.6/what_the_timer_is_armed_for */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

/* MUTANT 3.6b: while others are ready, the timers wait for the end of the slice. CAUGHT BY:
 * 3.6/sleep_beside_others */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (!queue->ready.first && queue->timers.first)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

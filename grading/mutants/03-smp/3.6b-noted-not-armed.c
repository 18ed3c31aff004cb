/* MUTANT 3.6b: notes the time, and does not tell the timer. CAUGHT BY: 3.6/sleep_is_exact */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
    }

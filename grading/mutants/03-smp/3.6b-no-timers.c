/* MUTANT 3.6b: only slices count. CAUGHT BY: 3.6/sleep_is_exact */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

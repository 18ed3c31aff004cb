/* MUTANT 3.6b: a slice ends although nobody waits. CAUGHT BY: 3.6/one_thread_alone_is_left_alone */
    struct run_queue *queue = &cpu->queue;
    bool sliced = !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

/* MUTANT 3.6b: only timers count. CAUGHT BY: 3.6/shares_go_by_priority */
    struct run_queue *queue = &cpu->queue;
    nanos_t at = UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

/* MUTANT 3.6b: what is armed stays, although something earlier has come. CAUGHT BY:
 * 3.6/many_sleepers */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (queue->armed == UINT64_MAX && at != UINT64_MAX) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

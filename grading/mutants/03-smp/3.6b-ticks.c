/* MUTANT 3.6b: a tick each millisecond. CAUGHT BY: 3.6/one_thread_alone_is_left_alone,
 * 3.6/sleeping_costs_nothing */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at > clock_now() + 1000000)
        at = clock_now() + 1000000;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }

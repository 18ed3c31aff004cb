    /* The timer is written whenever what it is armed for is not what comes next. */
    struct run_queue *queue = &cpu->queue;
    nanos_t at = UINT64_MAX;

    if (queue->timers.first)
        at = queue->timers.first->key;
    if (queue->ready_count && cpu->thread != queue->idle && !queue->preempt_wanted &&
        queue->slice_end < at)
        at = queue->slice_end;
    if (at == queue->armed)
        return;
    clock_interrupt_at(at);
    queue->armed = at;

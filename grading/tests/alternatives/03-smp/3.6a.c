    /* Signed time; the furthest of both bounds is worked out before anything is written. */
    struct run_queue *queue = &cpu->queue;
    struct thread *runs = cpu->thread;
    int64_t time = (int64_t)(now - runs->began);

    if (time < 0)
        time = 0;
    runs->ran += (nanos_t)time;
    runs->began = now;
    if (runs != queue->idle) {
        uint64_t pass = runs->node.key + pass_for((nanos_t)time, runs->weight), least = pass;
        if (queue->ready.first && least > queue->ready.first->key)
            least = queue->ready.first->key;
        virtual_now_reaches(least);
        least = __atomic_load_n(&virtual_now, __ATOMIC_ACQUIRE);
        runs->node.key = least > pass && least - pass > LAG_MAX ? least - LAG_MAX : pass;
    }

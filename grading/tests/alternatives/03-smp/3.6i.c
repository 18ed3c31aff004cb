    /* Word by word, from the interrupted stack pointer down. */
    bool due = cpu->queue.preempt_wanted && cpu->thread != cpu->queue.idle;

    if (due) {
        uint64_t *words = (uint64_t *)(((frame->rsp - RED_ZONE) & -16ul) - 256);
        for (unsigned i = 0; i < sizeof *frame / sizeof *words; i++)
            words[i] = ((const uint64_t *)frame)[i];
        frame->rip = (uint64_t)preempt_entry;
        frame->rsp = (uint64_t)words;
        frame->rflags &= ~RFLAGS_IF;
    }

    bool mine = false;
    uint64_t flags = interrupts_save();

    if (self == thread || self->joiner == thread) {
        interrupts_restore(flags);
        return -EDEADLK;
    }
    for (;;) {
        thread_prepare_wait();
        spin_take(&thread->end);
        bool wrong = thread->detached || (thread->joiner && !mine), over = thread->finished;
        if (!wrong) {
            thread->joiner = self;
            mine = true;
        }
        spin_release(&thread->end);
        if (wrong || over)
            thread_cancel_wait();
        if (wrong) {
            interrupts_restore(flags);
            return -EINVAL;
        }
        if (over)
            break;
        thread_wait(UINT64_MAX);
    }
    interrupts_restore(flags);
    if (result)
        *result = thread->result;
    thread_release(thread);
    return 0;

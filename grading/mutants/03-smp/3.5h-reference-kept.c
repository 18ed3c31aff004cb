/* MUTANT 3.5h: the memory of the thread is never given back. CAUGHT BY: 3.5/lives,
 * 3.5/one_after_another, 3.5/ten_thousand_at_once */
    if (thread == self || __atomic_load_n(&self->joiner, __ATOMIC_RELAXED) == thread)
        return -EDEADLK;
    uint64_t flags = spin_lock(&thread->end);
    if (thread->detached || thread->joiner) {
        spin_unlock(&thread->end, flags);
        return -EINVAL;
    }
    thread->joiner = self;
    while (!thread->finished) {
        thread_prepare_wait();
        spin_release(&thread->end);
        thread_wait(UINT64_MAX);
        spin_take(&thread->end);
    }
    spin_unlock(&thread->end, flags);
    if (result)
        *result = thread->result;
    return 0;

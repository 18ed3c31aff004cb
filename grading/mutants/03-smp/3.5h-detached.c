/* MUTANT 3.5h: a detached thread may be joined. CAUGHT BY: 3.5/lives */
    if (thread == self || __atomic_load_n(&self->joiner, __ATOMIC_RELAXED) == thread)
        return -EDEADLK;
    uint64_t flags = spin_lock(&thread->end);
    if (thread->joiner) {
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
    thread_release(thread);
    return 0;

/* MUTANT 3.5h: looks again and again instead of waiting. CAUGHT BY: 3.5/lives */
    if (thread == self || __atomic_load_n(&self->joiner, __ATOMIC_RELAXED) == thread)
        return -EDEADLK;
    uint64_t flags = spin_lock(&thread->end);
    if (thread->detached || thread->joiner) {
        spin_unlock(&thread->end, flags);
        return -EINVAL;
    }
    thread->joiner = self;
    while (!thread->finished) {
        spin_unlock(&thread->end, flags);
        thread_yield();
        flags = spin_lock(&thread->end);
    }
    spin_unlock(&thread->end, flags);
    if (result)
        *result = thread->result;
    thread_release(thread);
    return 0;

/* MUTANT 3.5h: may be interrupted between prepare and wait, when it counts as waiting. CAUGHT
 * BY: 3.5/lives */
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
        spin_unlock(&thread->end, flags);
        thread_wait(UINT64_MAX);
        flags = spin_lock(&thread->end);
    }
    spin_unlock(&thread->end, flags);
    if (result)
        *result = thread->result;
    thread_release(thread);
    return 0;

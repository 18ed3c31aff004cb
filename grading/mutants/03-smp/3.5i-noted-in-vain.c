/* MUTANT 3.5i: a thread is detached although that was refused. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached && !thread->joiner;
    thread->detached = true;
    spin_unlock(&thread->end, flags);
    if (!free)
        return -EINVAL;
    thread_release(thread);
    return 0;

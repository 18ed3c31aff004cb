/* MUTANT 3.5i: it may be detached twice. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached && !thread->joiner;
    spin_unlock(&thread->end, flags);
    if (!free)
        return -EINVAL;
    thread_release(thread);
    return 0;

/* MUTANT 3.5i: takes the joiner's reference away. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached;
    thread->detached = true;
    spin_unlock(&thread->end, flags);
    if (!free)
        return -EINVAL;
    thread_release(thread);
    return 0;

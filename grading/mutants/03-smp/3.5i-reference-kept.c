/* MUTANT 3.5i: the memory of the thread is never given back. CAUGHT BY: 3.5/lives,
 * 3.5/one_after_another */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached && !thread->joiner;
    thread->detached = true;
    spin_unlock(&thread->end, flags);
    return free ? 0 : -EINVAL;

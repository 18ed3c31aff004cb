/* MUTANT 3.5i: gives back a reference that it has not. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached && !thread->joiner;
    thread->detached = true;
    spin_unlock(&thread->end, flags);
    thread_release(thread);
    return free ? 0 : -EINVAL;

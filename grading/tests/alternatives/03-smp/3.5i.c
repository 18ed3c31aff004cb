    uint64_t flags = spin_lock(&thread->end);

    if (thread->joiner || thread->detached) {
        spin_unlock(&thread->end, flags);
        return -EINVAL;
    }
    thread->detached = true;
    spin_unlock(&thread->end, flags);
    thread_release(thread);
    return 0;

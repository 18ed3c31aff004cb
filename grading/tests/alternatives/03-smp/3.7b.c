    /* Looks from the start again after each one. */
    uint64_t flags = spin_lock(&bucket->lock);
    while (woken < count) {
        struct waiter *found = bucket->first;
        while (found && found->word != word)
            found = found->next;
        if (!found)
            break;
        struct thread *thread = found->thread;
        take_out(bucket, found);
        thread_wake(thread);
        woken++;
    }
    spin_unlock(&bucket->lock, flags);

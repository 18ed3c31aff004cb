        /* Looks once more under the lock before it takes anything. */
        struct thread *found = NULL;
        uint64_t flags = spin_lock(&victim->queue.lock);
        if (queue_first(&victim->queue))
            found = queue_pop(&victim->queue);
        spin_unlock(&victim->queue.lock, flags);
        if (!found)
            continue;
        put(found, cpu, LAG_MAX);
        return true;

/* MUTANT 3.5g: says that it has finished before it takes the lock. CAUGHT BY:
 * 3.5/finished_is_said_with_the_lock_held */
    self->result = result;
    self->finished = true;
    uint64_t flags = spin_lock(&self->end);
    if (self->joiner)
        thread_wake(self->joiner);
    spin_unlock(&self->end, flags);

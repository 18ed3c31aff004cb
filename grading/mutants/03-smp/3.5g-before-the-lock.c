/* MUTANT 3.5g: writes the result before it takes the lock. CAUGHT BY: 3.5/lives */
    self->result = result;
    self->finished = true;
    uint64_t flags = spin_lock(&self->end);
    if (self->joiner)
        thread_wake(self->joiner);
    spin_unlock(&self->end, flags);

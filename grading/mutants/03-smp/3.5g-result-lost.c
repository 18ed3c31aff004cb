/* MUTANT 3.5g: the result is nowhere. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&self->end);
    self->finished = true;
    if (self->joiner)
        thread_wake(self->joiner);
    spin_unlock(&self->end, flags);

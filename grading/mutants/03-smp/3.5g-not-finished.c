/* MUTANT 3.5g: wakes who joins, but does not say why. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&self->end);
    self->result = result;
    if (self->joiner)
        thread_wake(self->joiner);
    spin_unlock(&self->end, flags);

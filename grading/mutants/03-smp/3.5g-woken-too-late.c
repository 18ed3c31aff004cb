/* MUTANT 3.5g: the joiner may be gone before it is woken. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&self->end);
    self->result = result;
    self->finished = true;
    spin_unlock(&self->end, flags);
    if (self->joiner)
        thread_wake(self->joiner);

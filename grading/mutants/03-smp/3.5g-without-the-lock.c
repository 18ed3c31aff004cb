/* MUTANT 3.5g: a joiner may look just before, and wait just after. CAUGHT BY: 3.5/lives */
    self->result = result;
    self->finished = true;
    if (self->joiner)
        thread_wake(self->joiner);

/* MUTANT 3.5g: whoever joins it waits for ever. CAUGHT BY: 3.5/lives */
    uint64_t flags = spin_lock(&self->end);
    self->result = result;
    self->finished = true;
    spin_unlock(&self->end, flags);

    uint64_t flags = interrupts_save();
    spin_take(&self->end);
    if (self->joiner)
        thread_wake(self->joiner); /* it will wait for the lock */
    self->result = result;
    self->finished = true;
    spin_release(&self->end);
    interrupts_restore(flags);

/* MUTANT 3.6i: the stack is aligned as it happens to be. CAUGHT BY:
 * 3.6/where_a_preempted_thread_goes_on */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame);
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;
    frame->rflags &= ~RFLAGS_IF;

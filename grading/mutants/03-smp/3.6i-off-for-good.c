/* MUTANT 3.6i: the thread goes on with interrupts off. CAUGHT BY:
 * 3.6/where_a_preempted_thread_goes_on */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame) & -16ul;
    frame->rflags &= ~RFLAGS_IF;
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;

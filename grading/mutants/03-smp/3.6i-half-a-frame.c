/* MUTANT 3.6i: copies the frame without what the processor pushed last. CAUGHT BY:
 * 3.6/preemption_changes_nothing, 3.6/where_a_preempted_thread_goes_on */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame) & -16ul;
    for (unsigned i = 0; i < 20; i++)
        ((uint64_t *)place)[i] = ((uint64_t *)frame)[i];
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;
    frame->rflags &= ~RFLAGS_IF;

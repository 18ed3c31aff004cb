/* MUTANT 3.6i: the copy overwrites the red zone. CAUGHT BY: 3.6/preemption_changes_nothing,
 * 3.6/where_a_preempted_thread_goes_on */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - sizeof *frame) & -16ul;
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;
    frame->rflags &= ~RFLAGS_IF;

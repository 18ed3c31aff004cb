/* MUTANT 3.6i: interrupts are on where the thread is to give way. CAUGHT BY:
 * 3.6/where_a_preempted_thread_goes_on */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame) & -16ul;
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;

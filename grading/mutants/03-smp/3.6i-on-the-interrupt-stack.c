/* MUTANT 3.6i: switches away on the stack that the next interrupt begins with. CAUGHT BY:
 * 3.6/preemption_changes_nothing */
    if (cpu->queue.preempt_wanted && cpu->thread != cpu->queue.idle)
        schedule();
    (void)frame;

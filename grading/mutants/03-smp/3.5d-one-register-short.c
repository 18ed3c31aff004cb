/* MUTANT 3.5d: there is no word for r15. CAUGHT BY: 3.5/what_a_switch_leaves_behind,
 * 3.5/registers_of_interleaved_threads */
    thread->rsp = thread->stack->top;
    push(thread, 0);
    push(thread, 0);
    push(thread, (uint64_t)thread_begin);
    push(thread, (uint64_t)thread);
    for (int i = 0; i < 4; i++)
        push(thread, 0);

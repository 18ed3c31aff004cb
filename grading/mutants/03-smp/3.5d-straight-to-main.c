/* MUTANT 3.5d: begins in thread_main, which nobody has told who it is. CAUGHT BY:
 * 3.5/what_a_switch_leaves_behind, 3.5/registers_of_interleaved_threads */
    thread->rsp = thread->stack->top;
    push(thread, 0);
    push(thread, 0);
    push(thread, (uint64_t)thread_main);
    push(thread, (uint64_t)thread);
    for (int i = 0; i < 5; i++)
        push(thread, 0);

    struct {
        uint64_t r15, r14, r13, r12, rbp, rbx;
        void *back;
        uint64_t above;
    } *frame = (void *)(thread->stack->top - 8 - sizeof *frame);
    *frame = (typeof(*frame)){.rbx = (uint64_t)thread, .back = thread_begin};
    thread->rsp = (uint64_t)frame;

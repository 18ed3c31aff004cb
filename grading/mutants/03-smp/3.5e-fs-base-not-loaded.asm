; MUTANT 3.5e: all threads have the same thread-local data. CAUGHT BY:
; 3.5/registers_of_interleaved_threads, 3.5/thread_local_data
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15

        mov eax, [fpu_features]
        xor edx, edx
        mov rcx, [rdi + thread.fpu]
        xsave [rcx]
        rdfsbase rcx
        mov [rdi + thread.fs_base], rcx
        mov [rdi + thread.rsp], rsp

        mov rsp, [rsi + thread.rsp]
        mov rcx, [rsi + thread.fpu]
        xrstor [rcx]

        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

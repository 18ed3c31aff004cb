; MUTANT 3.5e: a base that the thread set by itself is lost. CAUGHT BY:
; 3.5/registers_of_interleaved_threads
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
        mov [rdi + thread.rsp], rsp

        mov rsp, [rsi + thread.rsp]
        mov rcx, [rsi + thread.fs_base]
        wrfsbase rcx
        mov rcx, [rsi + thread.fpu]
        xrstor [rcx]

        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

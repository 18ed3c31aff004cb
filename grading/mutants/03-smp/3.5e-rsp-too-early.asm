; MUTANT 3.5e: the stack pointer is noted before the registers are pushed. CAUGHT BY:
; 3.5/registers_of_interleaved_threads, 3.5/what_a_switch_leaves_behind
        mov [rdi + thread.rsp], rsp
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

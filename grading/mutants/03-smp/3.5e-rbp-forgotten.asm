; MUTANT 3.5e: rbp is not kept. CAUGHT BY: 3.5/registers_of_interleaved_threads,
; 3.5/what_a_switch_leaves_behind
        push rbx
        push 0
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
        mov rcx, [rsi + thread.fs_base]
        wrfsbase rcx
        mov rcx, [rsi + thread.fpu]
        xrstor [rcx]

        pop r15
        pop r14
        pop r13
        pop r12
        pop rcx
        pop rbx
        ret

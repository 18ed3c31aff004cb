        mov ecx, [fpu_features]
        mov rax, [rdi + thread.fpu]
        mov r8, [rsi + thread.fpu]
        xchg rax, rcx
        xor edx, edx
        xsaveopt [rcx]

        sub rsp, 6 * 8
        mov [rsp], r15
        mov [rsp + 8], r14
        mov [rsp + 16], r13
        mov [rsp + 24], r12
        mov [rsp + 32], rbp
        mov [rsp + 40], rbx
        mov [rdi + thread.rsp], rsp
        rdfsbase r9
        mov [rdi + thread.fs_base], r9

        xrstor [r8]
        mov r9, [rsi + thread.fs_base]
        wrfsbase r9
        mov rsp, [rsi + thread.rsp]
        mov r15, [rsp]
        mov r14, [rsp + 8]
        mov r13, [rsp + 16]
        mov r12, [rsp + 24]
        mov rbp, [rsp + 32]
        mov rbx, [rsp + 40]
        add rsp, 6 * 8
        ret

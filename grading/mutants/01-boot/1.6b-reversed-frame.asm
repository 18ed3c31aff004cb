; MUTANT 1.6b: the whole frame the other way round. CAUGHT BY: 1.6/exceptions_are_reported,
; 1.6/interrupted_code_goes_on
        push r15
        push r14
        push r13
        push r12
        push r11
        push r10
        push r9
        push r8
        push rbp
        push rdi
        push rsi
        push rdx
        push rcx
        push rbx
        push rax

        cld
        mov rdi, rsp
        call trap_dispatch

        pop rax
        pop rbx
        pop rcx
        pop rdx
        pop rsi
        pop rdi
        pop rbp
        pop r8
        pop r9
        pop r10
        pop r11
        pop r12
        pop r13
        pop r14
        pop r15
        add rsp, 16
        iretq

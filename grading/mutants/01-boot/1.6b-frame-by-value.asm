; MUTANT 1.6b: gives C no pointer to the frame. CAUGHT BY: 1.6/dispatch_is_called_as_c_expects,
; 1.6/exceptions_are_reported
        push rax
        push rbx
        push rcx
        push rdx
        push rsi
        push rdi
        push rbp
        push r8
        push r9
        push r10
        push r11
        push r12
        push r13
        push r14
        push r15

        cld
        mov rdi, [rsp]                    ; 22 words were pushed: rsp is 16-byte aligned
        call trap_dispatch

        pop r15
        pop r14
        pop r13
        pop r12
        pop r11
        pop r10
        pop r9
        pop r8
        pop rbp
        pop rdi
        pop rsi
        pop rdx
        pop rcx
        pop rbx
        pop rax
        add rsp, 16                     ; vector and error code
        iretq

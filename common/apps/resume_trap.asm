; Traps that are meant to come back, with every register watched.

        global resume_interrupt, resume_fault, resume_invalid_opcode, resume_point

        bits 64
        section .text

; resume_interrupt: rdi = registers to load, rsi = where to store them after INT 0x42.
resume_interrupt:
        push r15
        push rbx
        push r14
        push rbp
        push r13
        push r12
        push rsi
        mov [rel stack_before], rsp

        mov rax, [rdi]
        mov rbx, [rdi + 8]
        mov rcx, [rdi + 16]
        mov rdx, [rdi + 24]
        mov rsi, [rdi + 32]
        mov rbp, [rdi + 48]
        mov r8,  [rdi + 56]
        mov r9,  [rdi + 64]
        mov r10, [rdi + 72]
        mov r11, [rdi + 80]
        mov r12, [rdi + 88]
        mov r13, [rdi + 96]
        mov r14, [rdi + 104]
        mov r15, [rdi + 112]
        mov rdi, [rdi + 40]
        int 0x42
resume_point:
        push rdi
        mov rdi, [rsp + 8]              ; where to store
        mov [rdi], rax
        mov [rdi + 8], rbx
        mov [rdi + 16], rcx
        mov [rdi + 24], rdx
        mov [rdi + 32], rsi
        mov [rdi + 48], rbp
        mov [rdi + 56], r8
        mov [rdi + 64], r9
        mov [rdi + 72], r10
        mov [rdi + 80], r11
        mov [rdi + 88], r12
        mov [rdi + 96], r13
        mov [rdi + 104], r14
        mov [rdi + 112], r15
        pop rax
        mov [rdi + 40], rax             ; rdi as it came back
        mov rax, rsp
        sub rax, [rel stack_before]
        mov [rdi + 120], rax

        pop rsi
        pop r12
        pop r13
        pop rbp
        pop r14
        pop rbx
        pop r15
        ret

; resume_fault: rdi = an address that cannot be read. Returns rsp's change in rax.
resume_fault:
        mov rdx, rsp
        mov rax, [rdi]                  ; 3 bytes
        mov rax, rsp
        sub rax, rdx
        ret

; resume_invalid_opcode: the same with an instruction that does not exist.
resume_invalid_opcode:
        mov rdx, rsp
        ud2
        nop                             ; 3 bytes with this one
        mov rax, rsp
        sub rax, rdx
        ret

        section .bss
        alignb 8
stack_before:
        resq 1

        sub rsp, 15 * 8
        cld
%assign place 0
%macro SAVE 1-*
    %rep %0
        mov [rsp + place], %1
        %assign place place + 8
        %rotate 1
    %endrep
%endmacro
%macro RESTORE 1-*
    %rep %0
        mov %1, [rsp + place]
        %assign place place + 8
        %rotate 1
    %endrep
%endmacro
        SAVE r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
        lea rdi, [rsp]
        mov rbx, rsp                    ; C keeps rbx
        and rsp, -16
        call trap_dispatch
        mov rsp, rbx
%assign place 0
        RESTORE r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
        lea rsp, [rsp + 17 * 8]
        iretq

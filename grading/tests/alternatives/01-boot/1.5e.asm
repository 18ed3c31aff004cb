        mov rax, boot_stack_top
        mov rsp, rax
        push 2                          ; flags: all clear
        popfq
        mov cr3, rdx
        sub rbp, rbp
        push rsi
        ret

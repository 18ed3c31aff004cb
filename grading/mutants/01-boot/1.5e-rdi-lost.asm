; MUTANT 1.5e: overwrites rdi, which leads to boot_info. CAUGHT BY: 1.5/entry_contract
        cli
        cld
        mov rdi, rdx
        mov cr3, rdi                    ; nothing of the old tables stays in the TLB
        mov rsp, boot_stack_top
        xor ebp, ebp
        jmp rsi

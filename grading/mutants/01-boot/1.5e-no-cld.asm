; MUTANT 1.5e: leaves the direction flag as it is. CAUGHT BY: 1.5/entry_contract
        cli
        mov cr3, rdx                    ; nothing of the old tables stays in the TLB
        mov rsp, boot_stack_top
        xor ebp, ebp
        jmp rsi

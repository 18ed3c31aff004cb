; MUTANT 1.5e: calls the image, so that the stack is off by 8. CAUGHT BY: 1.5/entry_contract
        cli
        cld
        mov cr3, rdx                    ; nothing of the old tables stays in the TLB
        mov rsp, boot_stack_top
        xor ebp, ebp
        call rsi

; MUTANT 1.5e: leaves rbp, where a backtrace would go on into the loader. CAUGHT BY:
; 1.5/entry_contract
        cli
        cld
        mov cr3, rdx                    ; nothing of the old tables stays in the TLB
        mov rsp, boot_stack_top
        jmp rsi

; MUTANT 1.5e: does not load CR3. CAUGHT BY: 1.5/entry_contract
        cli
        cld
        mov rsp, boot_stack_top
        xor ebp, ebp
        jmp rsi

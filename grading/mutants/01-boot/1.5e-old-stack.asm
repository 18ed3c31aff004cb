; MUTANT 1.5e: enters the image on the loader's used stack. CAUGHT BY: 1.5/entry_contract
        cli
        cld
        mov cr3, rdx                    ; nothing of the old tables stays in the TLB
        xor ebp, ebp
        jmp rsi

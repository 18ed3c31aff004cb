; MUTANT 1.2c: keeps the boot loader's DS, ES and SS. CAUGHT BY: 1.2/segments_are_right
        mov eax, SELECTOR_DATA
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov edi, edi                    ; writing the low half clears the high half
        mov esi, esi
        mov esp, esp
        xor ebp, ebp                    ; a backtrace ends here
        call loader_main

; MUTANT 1.2c: keeps the boot loader's FS and GS. CAUGHT BY: 1.2/segments_are_right
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax

        mov edi, edi                    ; writing the low half clears the high half
        mov esi, esi
        mov esp, esp
        xor ebp, ebp                    ; a backtrace ends here
        call loader_main

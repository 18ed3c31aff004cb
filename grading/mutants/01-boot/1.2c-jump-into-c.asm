; MUTANT 1.2c: jumps where it should call: the stack is off by 8 for C. CAUGHT BY:
; 1.2/c_gets_arguments_and_a_stack
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov edi, edi                    ; writing the low half clears the high half
        mov esi, esi
        mov esp, esp
        xor ebp, ebp                    ; a backtrace ends here
        jmp loader_main

; MUTANT 1.2c: leaves the upper halves of rdi and rsi as the switch left them. CAUGHT BY:
; 1.2/c_gets_arguments_and_a_stack
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov esp, esp
        xor ebp, ebp                    ; a backtrace ends here
        call loader_main

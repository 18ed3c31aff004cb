; MUTANT 1.2c: passes the arguments on the stack, as 32-bit code does. CAUGHT BY:
; 1.2/c_gets_arguments_and_a_stack
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov esp, esp
        xor ebp, ebp
        push rsi
        push rdi
        xor edi, edi
        xor esi, esi
        call loader_main

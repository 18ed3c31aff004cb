; MUTANT 1.1b: compares the number of the highest leaf as if it had a sign. CAUGHT BY:
; 1.1/refuses_a_machine_without_long_mode[no_such_leaf]
        cld
        mov esp, boot_stack_top
        xor ebp, ebp
        mov edi, eax
        mov esi, ebx                    ; CPUID overwrites eax, ebx, ecx and edx

        mov eax, CPUID_EXTENDED_MAX
        cpuid
        cmp eax, CPUID_EXTENDED_FEATURES
        jl .no_long_mode
        mov eax, CPUID_EXTENDED_FEATURES
        cpuid
        test edx, CPUID_EDX_LONG_MODE
        jnz long_mode_enter

.no_long_mode:
        mov esi, no_long_mode
        jmp early_refuse

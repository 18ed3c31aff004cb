; MUTANT 1.1b: trusts the boot loader to have cleared the direction flag. CAUGHT BY:
; 1.1/entry_hands_on_magic_and_information
        mov esp, boot_stack_top
        xor ebp, ebp
        mov edi, eax
        mov esi, ebx                    ; CPUID overwrites eax, ebx, ecx and edx

        mov eax, CPUID_EXTENDED_MAX
        cpuid
        cmp eax, CPUID_EXTENDED_FEATURES
        jb .no_long_mode
        mov eax, CPUID_EXTENDED_FEATURES
        cpuid
        test edx, CPUID_EDX_LONG_MODE
        jnz long_mode_enter

.no_long_mode:
        mov esi, no_long_mode
        jmp early_refuse

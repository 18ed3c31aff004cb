; MUTANT 1.1b: takes the information's address out of ebx behind CPUID, which overwrites it. CAUGHT
; BY: 1.1/entry_hands_on_magic_and_information
        cld
        mov esp, boot_stack_top
        xor ebp, ebp
        mov edi, eax

        mov eax, CPUID_EXTENDED_MAX
        cpuid
        cmp eax, CPUID_EXTENDED_FEATURES
        jb .no_long_mode
        mov eax, CPUID_EXTENDED_FEATURES
        cpuid
        test edx, CPUID_EDX_LONG_MODE
        jz .no_long_mode
        mov esi, ebx
        jmp long_mode_enter

.no_long_mode:
        mov esi, no_long_mode
        jmp early_refuse

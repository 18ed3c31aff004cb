; MUTANT 1.2b: forgets CR0.WP: the kernel writes to read-only pages. CAUGHT BY: 1.2/long_mode_is_on
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax

        mov eax, boot_pml4
        mov cr3, eax

        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr

        mov eax, cr0
        or eax, CR0_PG
        mov cr0, eax                    ; from here on this is 32-bit code in long mode

        lgdt [boot_gdt_pointer]
        jmp SELECTOR_CODE:long_mode     ; and from there on it is 64-bit code

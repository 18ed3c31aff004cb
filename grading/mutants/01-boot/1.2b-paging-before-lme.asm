; MUTANT 1.2b: sets CR0.PG first and EFER.LME then, which faults. CAUGHT BY: 1.2/long_mode_is_on
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax

        mov eax, boot_pml4
        mov cr3, eax

        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax

        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr

        lgdt [boot_gdt_pointer]
        jmp SELECTOR_CODE:long_mode

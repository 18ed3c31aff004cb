; MUTANT 1.2b: gives LGDT the table itself instead of its limit and address. CAUGHT BY:
; 1.2/segments_are_right
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
        or eax, CR0_PG | CR0_WP
        mov cr0, eax                    ; from here on this is 32-bit code in long mode

        lgdt [boot_gdt]
        jmp SELECTOR_CODE:long_mode     ; and from there on it is 64-bit code

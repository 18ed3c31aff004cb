; MUTANT 3.3b: sets CR4.PAE only. CAUGHT BY: 3.3/the_same_mode_on_all
        cld
        mov ax, cs
        mov ds, ax
        o32 lgdt [OFFSET(gdt_pointer)]

        mov eax, CR4_PAE
        mov cr4, eax
        mov eax, [OFFSET(tables)]
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr
        mov eax, [OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)

; MUTANT 3.3b: adds to CR0 what INIT left: the cache stays off. CAUGHT BY: 3.3/the_same_mode_on_all
        cld
        mov ax, cs
        mov ds, ax
        o32 lgdt [OFFSET(gdt_pointer)]

        mov eax, [OFFSET(cr4_value)]
        mov cr4, eax
        mov eax, [OFFSET(tables)]
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr
        mov eax, cr0
        or eax, [OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)

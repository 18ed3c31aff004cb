; MUTANT 3.3b: finds its data at address 0 and up. CAUGHT BY: 3.3/all_processors_come_up
        cld
        xor ax, ax
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
        mov eax, [OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)

; MUTANT 3.3b: forgets EFER.NXE: the first entry with the NX bit is a fault. CAUGHT BY:
; 3.3/all_processors_come_up
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
        or eax, EFER_LME
        wrmsr
        mov eax, [OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)

        ; Everything that can be set before paging, in another order; data through CS.
        cld
        mov ecx, MSR_EFER
        xor edx, edx
        mov eax, EFER_NXE | EFER_LME
        wrmsr
        mov eax, [cs:OFFSET(tables)]
        mov cr3, eax
        mov eax, [cs:OFFSET(cr4_value)]
        mov cr4, eax
        o32 lgdt [cs:OFFSET(gdt_pointer)]
        mov eax, [cs:OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)

        lgdt [boot_gdt_pointer]

        mov ecx, MSR_EFER
        rdmsr
        bts eax, 8
        bts eax, 11
        wrmsr

        mov ebx, boot_pml4
        mov cr3, ebx
        mov ebx, cr4
        bts ebx, 5
        mov cr4, ebx

        mov ebx, cr0
        bts ebx, 16
        mov cr0, ebx
        bts ebx, 31
        mov cr0, ebx

        push dword SELECTOR_CODE
        push dword long_mode
        retf

        ; From the last entry down, the leaves first.
        mov ecx, ENTRIES * GIBIBYTES
.leaf:  lea eax, [ecx - 1]
        shl eax, 21
        or eax, PTE_P | PTE_W | PTE_PS
        mov [boot_pd + ecx * 8 - 8], eax
        mov dword [boot_pd + ecx * 8 - 4], 0
        dec ecx
        jnz .leaf

        mov ebx, boot_pt
        mov edx, PTE_P | PTE_W
.small: mov [ebx], edx
        add ebx, 8
        add edx, PAGE
        test ebx, PAGE - 1
        jnz .small
        mov dword [boot_pt], 0          ; a null pointer is to fault
        mov dword [boot_pd], boot_pt + (PTE_P | PTE_W)

%assign gib 0
%rep GIBIBYTES
        mov dword [boot_pdpt + gib * 8], boot_pd + gib * PAGE + (PTE_P | PTE_W)
    %assign gib gib + 1
%endrep
        mov dword [boot_pml4], boot_pdpt + (PTE_P | PTE_W)

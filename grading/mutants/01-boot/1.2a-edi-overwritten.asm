; MUTANT 1.2a: fills the page directories with STOSD and loses edi, the magic number. CAUGHT BY:
; 1.2/c_gets_arguments_and_a_stack
        mov eax, boot_pdpt
        or eax, PTE_P | PTE_W
        mov [boot_pml4], eax            ; the high halves of all entries stay 0

        mov eax, boot_pd
        or eax, PTE_P | PTE_W
        xor ecx, ecx
.pdpt:  mov [boot_pdpt + ecx * 8], eax
        add eax, PAGE
        inc ecx
        cmp ecx, GIBIBYTES
        jb .pdpt

        mov eax, PTE_PS | PTE_P | PTE_W
        xor ecx, ecx
        mov edi, boot_pd
.pd:    stosd
        add edi, 4
        add eax, BIG_PAGE
        inc ecx
        cmp ecx, GIBIBYTES * ENTRIES
        jb .pd

        mov eax, boot_pt
        or eax, PTE_P | PTE_W
        mov [boot_pd], eax

        mov eax, PAGE | PTE_P | PTE_W   ; from page 1 on
        mov ecx, 1
.pt:    mov [boot_pt + ecx * 8], eax
        add eax, PAGE
        inc ecx
        cmp ecx, ENTRIES
        jb .pt

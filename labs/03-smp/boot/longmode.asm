; From 32-bit protected mode into 64-bit long mode: page tables, three registers, one jump.

%include "x86.inc"
%include "exercise.inc"

        extern loader_main              ; loader/main.c
        global long_mode_enter, long_mode, boot_pml4, boot_gdt

ENTRIES         equ 512                 ; of 8 bytes, in each table
PAGE            equ 4096
BIG_PAGE        equ 2 * 1024 * 1024
GIBIBYTES       equ 4                   ; so much is mapped one to one

; The first page tables: every physical address below 4 GiB is found at the same virtual address,
; but for page 0, which is left out so that a null pointer faults.
        section .bss
        alignb PAGE
boot_pml4:      resb PAGE
boot_pdpt:      resb PAGE
boot_pd:        resb PAGE * GIBIBYTES   ; one page directory a GiB, in a row
boot_pt:        resb PAGE               ; the first 2 MiB in small pages

        bits 32
        section .text

; long_mode_enter: builds the tables, switches, and calls loader_main(magic, information).
; At entry  edi = multiboot magic, esi = address of the multiboot information,
;           esp = a 16-byte aligned stack; 32-bit code, paging off. The .bss is zero.
; Goes to   loader_main in 64-bit code with rdi and rsi as its two arguments, never to return.
;           CS = SELECTOR_CODE, DS = ES = SS = SELECTOR_DATA of boot_gdt.
long_mode_enter:

; 1.2a: fill the tables (SDM vol. 3A §4.5, figure 4-8 and tables 4-15 to 4-20): boot_pml4[0] ->
; boot_pdpt[0..3] -> four tables at boot_pd, whose 2048 entries map 2 MiB each, present and
; writable; entry 0 of the first leads to boot_pt instead, whose entries 1 to 511 map 4 KiB each.
; Keep edi, esi and esp.
        ; EXERCISE 1.2a (15 points): the first page tables.
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
.pd:    mov [boot_pd + ecx * 8], eax
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
        ; END EXERCISE 1.2a

; 1.2b: switch on (SDM vol. 3A §9.8.5): CR4.PAE, CR3, EFER.LME and EFER.NXE (by RDMSR and WRMSR),
; then CR0.PG and CR0.WP; load boot_gdt; jump far to long_mode. The order matters.
        ; EXERCISE 1.2b (15 points): paging and long mode.
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

        lgdt [boot_gdt_pointer]
        jmp SELECTOR_CODE:long_mode     ; and from there on it is 64-bit code
        ; END EXERCISE 1.2b

        bits 64

; 1.2c: 64-bit code at last. Load DS, ES and SS; FS and GS become 0. loader_main takes the two
; arguments as the System V ABI says (§3.2.3): the upper halves of rdi and rsi are not defined
; after the switch. Call, so that the stack is aligned as C expects it.
long_mode:
        ; EXERCISE 1.2c (15 points): the first 64-bit instructions.
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov edi, edi                    ; writing the low half clears the high half
        mov esi, esi
        mov esp, esp
        xor ebp, ebp                    ; a backtrace ends here
        call loader_main
        ; END EXERCISE 1.2c

; 1.2d: the descriptors (SDM vol. 3A §3.4.5 and §5.2.1): null, 64-bit code at SELECTOR_CODE,
; data at SELECTOR_DATA; both of privilege level 0. boot_gdt_pointer is what LGDT reads: a 16-bit
; limit (size minus one) and the 32-bit address of the table.
        section .data
        align 8
boot_gdt:
        ; EXERCISE 1.2d (15 points): the global descriptor table.
        ; HANDOUT: TODO_DATA "1.2", 3 * 8
        dq 0
        dq 0x00af9a000000ffff           ; present, code, readable, L = 1
        dq 0x00cf92000000ffff           ; present, data, writable
        ; END EXERCISE 1.2d
boot_gdt_end:

boot_gdt_pointer:
        dw boot_gdt_end - boot_gdt - 1
        dd boot_gdt

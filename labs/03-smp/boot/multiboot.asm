; The first code of Pagurus that runs: the header that a boot loader looks for, and the entry.
;
; QEMU: -kernel loader.elf -initrd hello.elf

%include "multiboot.inc"
%include "exercise.inc"

        extern loader_start, loader_data_end, loader_bss_end    ; from loader/loader.ld
        extern long_mode_enter                                  ; boot/longmode.asm
        extern early_refuse                                     ; boot/early.asm

        global multiboot_header, _start, boot_stack, boot_stack_top

BOOT_STACK_SIZE         equ 16 * 1024

CPUID_EXTENDED_MAX      equ 0x80000000  ; CPUID leaf: eax = the highest extended leaf
CPUID_EXTENDED_FEATURES equ 0x80000001
CPUID_EDX_LONG_MODE     equ 1 << 29

; Contract of 1.1a: a multiboot header (multiboot specification §3.1) of eight 32-bit fields: magic,
; flags, checksum, then, because flag 16 is set, header_addr, load_addr, load_end_addr,
; bss_end_addr and entry_addr. Modules on page boundaries and a memory map are asked for.
; The address fields are needed as this file is an ELF64, which multiboot itself cannot load.

        section .multiboot
        align 4
multiboot_header:
        ; EXERCISE 1.1a (10 points): the multiboot header.
        ; HANDOUT: TODO_DATA "1.1", 8 * 4
FLAGS   equ MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_AOUT_KLUDGE
        dd MULTIBOOT_HEADER_MAGIC
        dd FLAGS
        dd -(MULTIBOOT_HEADER_MAGIC + FLAGS)
        dd multiboot_header             ; header_addr
        dd loader_start                 ; load_addr
        dd loader_data_end              ; load_end_addr
        dd loader_bss_end               ; bss_end_addr
        dd _start                       ; entry_addr
        ; END EXERCISE 1.1a

        bits 32
        section .text

; _start: entered by the boot loader (multiboot specification §3.2).
; At entry  eax = multiboot magic, ebx = physical address of the multiboot information,
;           32-bit protected mode, flat segments, paging off, interrupts off, esp undefined.
; Goes to   long_mode_enter with edi = the magic, esi = the information's address,
;           esp = boot_stack_top, ebp = 0, direction flag clear;
;           or, on a processor without long mode, to early_refuse with esi = no_long_mode.
; SDM vol. 2A "CPUID" tells how to ask for long mode: ask first whether the leaf exists.
_start:
        ; EXERCISE 1.1b (10 points): the 32-bit entry.
        cld
        mov esp, boot_stack_top
        xor ebp, ebp
        mov edi, eax
        mov esi, ebx                    ; CPUID overwrites eax, ebx, ecx and edx

        mov eax, CPUID_EXTENDED_MAX
        cpuid
        cmp eax, CPUID_EXTENDED_FEATURES
        jb .no_long_mode
        mov eax, CPUID_EXTENDED_FEATURES
        cpuid
        test edx, CPUID_EDX_LONG_MODE
        jnz long_mode_enter

.no_long_mode:
        mov esi, no_long_mode
        jmp early_refuse
        ; END EXERCISE 1.1b

        section .rodata
no_long_mode:
        db "long mode: this processor has none, and Pagurus is a 64-bit system", 0

        section .bss
        alignb 16
boot_stack:
        resb BOOT_STACK_SIZE
boot_stack_top:

; Where QEMU goes when it finds no valid multiboot header: its other boot protocol, PVH, takes the
; entry point from an ELF note. A student whose header is wrong reads this sentence instead of
; "Error loading uncompressed kernel without PVH ELF Note".
;
; Source: Xen's public headers, XEN_ELFNOTE_PHYS32_ENTRY; the entry is in 32-bit protected mode.

%include "exercise.inc"

XEN_ELFNOTE_PHYS32_ENTRY equ 18

        section .note.pvh note alloc noexec nowrite align=4
        dd 4, 8, XEN_ELFNOTE_PHYS32_ENTRY
        db "Xen", 0
        dq no_header

        bits 32
        section .text
no_header:
        OUT_TEXT COM1, `loader.elf has no valid multiboot header in its first 8 KiB:\r\n`
        TODO "1.1"

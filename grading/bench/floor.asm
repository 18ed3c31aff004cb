; The floor: the least that QEMU can boot. One byte to COM1, and the end.
;
; QEMU: -kernel floor.bin -device isa-debug-exit,iobase=0xf4,iosize=4

MAGIC         equ 0x1badb002            ; multiboot specification §3.1
ADDRESSES     equ 1 << 16               ; the header says where to load: this file is no ELF
COM1          equ 0x3f8
DEBUG_EXIT    equ 0xf4

        bits 32
        org 1024 * 1024

header: dd MAGIC, ADDRESSES, -(MAGIC + ADDRESSES)
        dd header, header, end, end, start

; start: 32-bit protected mode, flat segments. Uses no stack. Does not return.
start:  mov dx, COM1
        mov al, '!'
        out dx, al
        xor eax, eax                    ; QEMU ends with status 0 << 1 | 1
        out DEBUG_EXIT, eax
.halt:  cli
        hlt
        jmp .halt
end:

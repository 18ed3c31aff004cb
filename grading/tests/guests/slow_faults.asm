; Faults for ever: each page fault returns to the instruction that faults.
%include "guest.inc"

global _start
_start:
    LONG_MODE long_start
bits 64
global handler
handler:
    add rsp, 8                      ; the error code
    iretq
long_start:
    xor eax, eax                    ; iretq loads SS again, and this GDT has no data segment
    mov ss, eax
    mov rax, handler
    mov [idt + 14 * 16], ax
    mov word [idt + 14 * 16 + 2], 8
    mov word [idt + 14 * 16 + 4], 0x8e00
    shr rax, 16
    mov [idt + 14 * 16 + 6], ax
    lidt [idt_pointer]
    mov rax, 0x123456789000
    mov byte [rax], 1

section .data
idt_pointer: dw 15 * 16 - 1
    dq idt
section .bss
alignb 16
idt: resb 4096

; 64-bit functions for Machine.call, and known registers and tables to look at.
%include "guest.inc"

global _start
_start:
    LONG_MODE long_start
bits 64
global long_start
long_start:
    mov r15, 0x1122334455667788
    lidt [idt_pointer]
    mov rdi, 2
    mov rsi, 3
    call add_two                    ; so that a call of add_two stopped here meets itself
global after
after:
    inc qword [counter]
    cmp qword [counter], 3
    jb after
    REPORT "pagurus: exit 42"
    DEBUG_EXIT 42

global add_two
add_two:                            ; rdi + rsi
    lea rax, [rdi + rsi]
    xor r15d, r15d
    ret

global sum_bytes
sum_bytes:                          ; the sum of rsi bytes at rdi
    xor eax, eax
.next:
    movzx edx, byte [rdi]
    add eax, edx
    inc rdi
    dec rsi
    jnz .next
    ret

global through_home
through_home:                       ; calls add_two, where the machine may stand, then doubles
    call add_two
    add rax, rax
    ret

global not_done
not_done:
    REPORT "pagurus: todo 1.4"
    DEBUG_EXIT 0x7e

global crashes
crashes:
    ud2

global loops
loops:
    jmp loops

section .data
global counter
counter: dq 0
global greeting
greeting: db "hello, grader", 0
align 8
idt_pointer: dw 0
    dq 0x12345000

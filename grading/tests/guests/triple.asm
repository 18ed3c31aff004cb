; A page fault in long mode with no IDT: a triple fault.
%include "guest.inc"

global _start
_start:
    LONG_MODE long_start
bits 64
long_start:
    call break_things
global break_things
break_things:
    nop
    mov rax, 0x123456789000
    mov byte [rax], 1
    ret

; Says "ready", then sends back what comes in on COM1 plus one, and ends after a zero byte.
%include "guest.inc"

global _start
_start:
    mov dx, COM1
    mov esi, ready
    mov ecx, 6
    cld
.greet:
    lodsb
    out dx, al
    loop .greet
.next:
    mov dx, COM1 + 5
    in al, dx
    test al, 1                      ; data ready
    jz .next
    mov dx, COM1
    in al, dx
    test al, al
    jz .end
    inc al
    out dx, al
    jmp .next
.end:
    REPORT "pagurus: exit 7"
    DEBUG_EXIT 7

section .data
ready: db "ready", 10

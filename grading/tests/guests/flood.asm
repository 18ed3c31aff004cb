; Writes to one port for ever: PORT.

%include "guest.inc"

        global _start
_start:
        mov edx, PORT
        mov al, 'x'
.next:  out dx, al
        jmp .next

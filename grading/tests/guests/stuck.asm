; Never ends. HOW: 0 loops, 1 halts with interrupts off, 2 halts and nothing interrupts.
%include "guest.inc"

global _start
_start:
    REPORT "not the end yet"
    mov al, 0xff                    ; mask both interrupt controllers
    out 0x21, al
    out 0xa1, al
global stuck_here
stuck_here:
%if HOW == 1
    cli
    hlt
%elif HOW == 2
    sti
    hlt
%endif
    jmp stuck_here

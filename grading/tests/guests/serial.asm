; Sends SIZE bytes (0, 1, 2, …) to COM1, with POLL waiting for THR-empty, then, with DRAIN when
; the last one has left, ends with status 0.
%include "guest.inc"

global _start
_start:
    mov dx, COM1 + 2                ; FIFOs off
    xor eax, eax
    out dx, al
    xor ebx, ebx
.next:
%if POLL
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, LSR_THR_EMPTY
    jz .wait
%endif
    mov dx, COM1
    mov al, bl
    out dx, al
    inc ebx
    cmp ebx, SIZE
    jb .next
%if DRAIN
    mov dx, COM1 + 5
.drain:
    in al, dx
    test al, LSR_IDLE
    jz .drain
%endif
    REPORT "pagurus: exit 0"
    DEBUG_EXIT 0

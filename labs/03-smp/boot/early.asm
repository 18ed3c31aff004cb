; The end of the road before there is C: one sentence to the console, and the machine ends.

%include "exercise.inc"

        global early_refuse

LSR           equ COM1 + 5              ; the UART's line status register
LSR_THR_EMPTY equ 0x20

        bits 32
        section .text

; early_refuse: says why the machine cannot be booted, and ends it (32-bit code).
; At entry  esi = a C string. Uses no stack. Does not return.
early_refuse:
        mov ebx, esi
        OUT_TEXT DEBUG_CONSOLE_PORT, "pagurus: refused "
        OUT_TEXT COM1, "loader: refused: "
.next:  mov dx, LSR                     ; the UART may still be busy with the byte before
        in al, dx
        test al, LSR_THR_EMPTY
        jz .next
        mov al, [ebx]
        inc ebx
        test al, al
        jz .end
        mov dx, COM1
        out dx, al
        out DEBUG_CONSOLE_PORT, al
        jmp .next

.end:   OUT_TEXT COM1, `\r\n`
        OUT_TEXT DEBUG_CONSOLE_PORT, `\n`
        mov eax, DEBUG_EXIT_REFUSED
        mov dx, DEBUG_EXIT_PORT
        out dx, eax
.halt:  cli
        hlt
        jmp .halt

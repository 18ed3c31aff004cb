; The first and only process of the Linux guest: says hello and turns the machine off.
;
; Without a C library, so that nothing but Linux itself is measured.

SYS_WRITE     equ 1
SYS_REBOOT    equ 169
STDOUT        equ 1
MAGIC1        equ 0xfee1dead            ; reboot(2)
MAGIC2        equ 0x28121969
POWER_OFF     equ 0x4321fedc

        bits 64
        global _start
        section .text

; _start: entered by the kernel as pid 1, with the console as its standard output.
_start: mov eax, SYS_WRITE
        mov edi, STDOUT
        lea rsi, [rel text]
        mov edx, text_end - text
        syscall

        mov eax, SYS_REBOOT
        mov edi, MAGIC1
        mov esi, MAGIC2
        mov edx, POWER_OFF
        syscall
        ud2                             ; pid 1 must not end; this makes the kernel say so

text:   db "Hello, world!", 10
text_end:

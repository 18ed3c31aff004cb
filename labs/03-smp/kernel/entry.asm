; The kernel's first instructions: a stack of its own, SSE for the application, and into C.

%include "x86.inc"

        extern kernel_main              ; kernel/main.c
        global _start, kernel_stack, kernel_stack_top

KERNEL_STACK_SIZE       equ 64 * 1024

        bits 64
        section .text.start progbits alloc exec nowrite align=16

; _start: entered under the contract of boot_info.h.
; At entry  rdi = physical address of struct boot_info.
; Goes to   kernel_main(rdi), with SSE instructions allowed (SDM vol. 3A §9.6 and §13.1.4).
_start:
        mov rsp, kernel_stack_top
        xor ebp, ebp                    ; a backtrace ends here

        mov rax, cr0
        and rax, ~(CR0_EM | CR0_TS)
        or rax, CR0_MP | CR0_NE
        mov cr0, rax
        mov rax, cr4
        or rax, CR4_OSFXSR | CR4_OSXMMEXCPT
        mov cr4, rax
        fninit

        call kernel_main                ; never returns

        section .bss
        alignb 16
kernel_stack:
        resb KERNEL_STACK_SIZE
kernel_stack_top:

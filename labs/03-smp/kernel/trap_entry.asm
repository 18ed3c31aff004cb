; 256 ways in, one way on: every vector's stub makes the same trap frame, and calls trap_dispatch.

%include "exercise.inc"

        extern trap_dispatch            ; kernel/traps.c
        global trap_stubs

VECTORS         equ 256
STUB_SIZE       equ 16

; Whether the processor pushes an error code for a vector (SDM vol. 3A table 6-1):
; 8, 10 to 14, 17, 21, 29 and 30.
ERROR_CODE_VECTORS equ (1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21) | (1 << 29) | (1 << 30)

        bits 64
        section .text

; trap_stubs: the stub of vector n starts at trap_stubs + n * STUB_SIZE; the IDT's gates point here.
; At entry  the processor has pushed SS, RSP, RFLAGS, CS, RIP and, for some vectors, an error code
;           (SDM vol. 3A §6.14.2), onto a stack whose top was 16-byte aligned. Interrupts are off.
; Each stub leaves the stack with [rsp] = vector, [rsp + 8] = error code (0 where there is none),
; every register unchanged, and goes to trap_common.
        align STUB_SIZE
trap_stubs:
        ; EXERCISE 1.6a (20 points): the 256 stubs.
%assign vector 0
%rep VECTORS
        align STUB_SIZE
    %if vector >= 32 || ((ERROR_CODE_VECTORS >> vector) & 1) == 0
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep
        ; END EXERCISE 1.6a

; trap_common: completes the frame (struct trap_frame in traps.h), calls trap_dispatch with its
; address, and resumes what was interrupted with the registers that the frame then holds.
; At entry  [rsp] = vector, [rsp + 8] = error code, then what the processor pushed.
; C wants rsp 16-byte aligned before the call and the direction flag clear; rbp must lead a
; backtrace to the interrupted code: keep it as it is.
trap_common:
        ; EXERCISE 1.6b (20 points): the trap frame, there and back.
        push rax
        push rbx
        push rcx
        push rdx
        push rsi
        push rdi
        push rbp
        push r8
        push r9
        push r10
        push r11
        push r12
        push r13
        push r14
        push r15

        cld
        mov rdi, rsp                    ; 22 words were pushed: rsp is 16-byte aligned
        call trap_dispatch

        pop r15
        pop r14
        pop r13
        pop r12
        pop r11
        pop r10
        pop r9
        pop r8
        pop rbp
        pop rdi
        pop rsi
        pop rdx
        pop rcx
        pop rbx
        pop rax
        add rsp, 16                     ; vector and error code
        iretq
        ; END EXERCISE 1.6b

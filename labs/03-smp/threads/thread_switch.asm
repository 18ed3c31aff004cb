; From one thread to another: registers, stack, FPU state and thread-local data change hands.

%include "exercise.inc"

        extern fpu_features             ; threads/fpu.c
        extern schedule_finish          ; threads/scheduler.c
        extern schedule
        extern thread_main              ; threads/thread.c
        global thread_switch, thread_begin, preempt_entry

        struc thread                    ; the first words of struct thread (threads/thread.h)
.rsp:           resq 1
.fpu:           resq 1
.fs_base:       resq 1
        endstruc

        bits 64
        section .text

; thread_switch(from, to): saves the caller as `from`, and returns as `to` did when it called this.
; At entry  rdi = from, rsi = to; interrupts are off, and stay so.
; Kept are  the registers that belong to a caller (System V ABI §3.2.1): rbx, rbp, r12 to r15, which
;           are pushed, r15 last; stack_prepare in thread.c knows this order;
;           all of the FPU's state, since a thread may be interrupted while it uses it: XSAVE64 and
;           XRSTOR64, with what [fpu_features] says in edx:eax (SDM vol. 1 §13.7, §13.8);
;           the FS base, which a thread may change by itself (WRFSBASE).
; thread.rsp is valid from the last push on, and until the first pop.
thread_switch:
        ; EXERCISE 3.5e (15 points): the switch.
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15

        mov eax, [fpu_features]
        xor edx, edx
        mov rcx, [rdi + thread.fpu]
        xsave64 [rcx]
        rdfsbase rcx
        mov [rdi + thread.fs_base], rcx
        mov [rdi + thread.rsp], rsp

        mov rsp, [rsi + thread.rsp]
        mov rcx, [rsi + thread.fs_base]
        wrfsbase rcx
        mov rcx, [rsi + thread.fpu]
        xrstor64 [rcx]

        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret
        ; END EXERCISE 3.5e

; thread_begin: where a new thread's first thread_switch returns to. Goes on to thread_main.
; At entry  rbx = the thread, rsp 16-byte aligned; the run queue's lock is held, interrupts are off.
thread_begin:
        xor ebp, ebp                    ; a backtrace ends here
        call schedule_finish
        sti
        mov rdi, rbx
        call thread_main                ; never returns

; preempt_entry: a thread that was interrupted, on its own stack, before it gives way.
; At entry  rsp = a copy of the trap frame, 16-byte aligned; interrupts are off.
preempt_entry:
        cld
        call schedule
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

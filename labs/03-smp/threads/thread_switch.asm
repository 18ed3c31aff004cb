; From one thread to another: registers, stack, FPU state and thread-local data change hands.

        extern schedule, schedule_finish, thread_main
        global thread_switch, thread_start, preempt_entry


XSAVE_ALL       equ 7                   ; x87, SSE, AVX (SDM vol. 1 §13.1)

        struc thread
.rsp:           resq 1
.fpu:           resq 1
.fs_base:       resq 1
        endstruc

        bits 64
        section .text

; thread_switch(from, to): saves the caller as `from`, and returns as `to` did when it called this.
; At entry  rdi = from, rsi = to; interrupts are off.
; Kept are the registers that belong to a caller (System V ABI §3.2.1), and all of the FPU's state,
; since a thread that was interrupted may be in the middle of using it.
thread_switch:
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15

        mov eax, XSAVE_ALL
        xor edx, edx
        mov rcx, [rdi + thread.fpu]
        xsaveopt [rcx]
        mov [rdi + thread.rsp], rsp

        mov rsp, [rsi + thread.rsp]
        mov rcx, [rsi + thread.fpu]
        xrstor [rcx]
        mov rax, [rsi + thread.fs_base]
        wrfsbase rax

        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

; thread_start: where a new thread's first thread_switch returns to. The run queue's lock is held,
; interrupts are off, rbx = the thread.
thread_start:
        xor ebp, ebp                    ; a backtrace ends here
        call schedule_finish
        sti
        mov rdi, rbx
        call thread_main
        ud2

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

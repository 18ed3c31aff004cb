; All registers that a switch of threads has to keep, loaded and stored at once.

        extern thread_switch
        global registers_switch, registers_store

        struc set                       ; struct registers of thread_model.c
.general:       resq 6
.mxcsr:         resd 1
.fcw:           resw 1
.tags:          resw 1
.rsp:           resq 1
.vector:        resb 16 * 32
.x87:           resb 5 * 16
        endstruc

        bits 64
        section .text

; Stores the vector registers, MXCSR and the x87 control word to the set at %1.
%macro STORE 1
  %assign n 0
  %rep 16
        vmovdqu [%1 + set.vector + n * 32], ymm%[n]
    %assign n n + 1
  %endrep
        stmxcsr [%1 + set.mxcsr]
        fnstcw [%1 + set.fcw]
%endmacro

; registers_switch(from, to, set, got): loads `set`, calls thread_switch(from, to), stores to `got`.
registers_switch:
        push r15
        push rbx
        push r14
        push rbp
        push r13
        push r12
        push rcx                        ; got; rsp is 16-byte aligned now

%assign n 0
%rep 16
        vmovdqu ymm%[n], [rdx + set.vector + n * 32]
  %assign n n + 1
%endrep
        fninit
%assign n 4
%rep 5
        fld tword [rdx + set.x87 + n * 16]
  %assign n n - 1
%endrep
        fldcw [rdx + set.fcw]
        ldmxcsr [rdx + set.mxcsr]
        mov rbx, [rdx + set.general]
        mov rbp, [rdx + set.general + 8]
        mov r12, [rdx + set.general + 16]
        mov r13, [rdx + set.general + 24]
        mov r14, [rdx + set.general + 32]
        mov r15, [rdx + set.general + 40]
        call thread_switch

        mov rcx, [rsp]
        mov [rcx + set.general], rbx
        mov [rcx + set.general + 8], rbp
        mov [rcx + set.general + 16], r12
        mov [rcx + set.general + 24], r13
        mov [rcx + set.general + 32], r14
        mov [rcx + set.general + 40], r15
        STORE rcx
%assign n 0
%rep 5
        fstp tword [rcx + set.x87 + n * 16]
  %assign n n + 1
%endrep
        fninit
        ldmxcsr [rel usual]
        vzeroupper
        pop rcx
        pop r12
        pop r13
        pop rbp
        pop r14
        pop rbx
        pop r15
        ret

; registers_store(got): stores the vector registers, MXCSR, the x87 control word and tags, and rsp.
registers_store:
        STORE rdi
        mov [rdi + set.rsp], rsp
        sub rsp, 32
        fnstenv [rsp]                   ; 28 bytes; the tag word is the third
        mov ax, [rsp + 8]
        mov [rdi + set.tags], ax
        fldenv [rsp]                    ; fnstenv masks all exceptions
        add rsp, 32
        ret

        section .rodata
usual:  dd 0x1f80

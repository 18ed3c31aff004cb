; Registers, flags and red zone full of numbers, and a look whether they stay so.

        global interrupted_loop

RED_ZONE_WORDS  equ 16                  ; System V ABI, x86-64, §3.2.2
FLAGS           equ 0xcd5               ; CF, PF, AF, ZF, SF, DF, OF
FLAGS_CHANGED   equ 100
RED_ZONE_CHANGED equ 200                ; plus the word's number

        bits 64
        section .text

; interrupted_loop(seed, rounds)
; At entry  rdi = seed, rsi = how often to count.
; At exit   rax = 0; or 1 to 15, the number of the register that has changed (in the order of the
;           table below), FLAGS_CHANGED, or RED_ZONE_CHANGED and up.
; Registers number 1 to 14 hold seed + number, rcx counts. [rsp] = seed, where none was changed.
interrupted_loop:
        push r15
        push rbx
        push r14
        push rbp
        push r13
        push r12
        push rdi                        ; leaves rsp at 8 modulo 16, as a leaf function may
        push rdi
        mov rcx, rsi

%assign word 1
%rep RED_ZONE_WORDS
        lea rax, [rdi + RED_ZONE_CHANGED + word]
        mov [rsp - 8 * word], rax
    %assign word word + 1
%endrep

        sub rsp, 128                    ; the flags go through the stack: below the red zone
        pushfq
        pop rax
        or rax, FLAGS
        push rax
        popfq
        lea rsp, [rsp + 128]

%assign number 1
%macro each 1
        %1 rax
        %1 rbx
        %1 rdx
        %1 rsi
        %1 rbp
        %1 r8
        %1 r9
        %1 r10
        %1 r11
        %1 r12
        %1 r13
        %1 r14
        %1 r15
%endmacro
%macro fill 1
        lea %1, [rdi + number]
    %assign number number + 1
%endmacro
        each fill
        lea rdi, [rdi + number]

.next:  lea rcx, [rcx - 1]              ; leaves the flags alone, as does jrcxz
        jrcxz .done
        jmp .next

.done:  lea rsp, [rsp - 128]
        pushfq
        pop rcx
        lea rsp, [rsp + 128]
        cld
        and ecx, FLAGS
        cmp ecx, FLAGS
        mov ecx, FLAGS_CHANGED
        jne .changed

        mov rcx, [rsp]
        add rcx, number
        cmp rdi, rcx
        mov ecx, number
        jne .changed
        mov rdi, [rsp]
%assign number 1
%macro look 1
        lea rcx, [rdi + number]
        cmp %1, rcx
        mov ecx, number
        jne .changed
    %assign number number + 1
%endmacro
        each look

%assign word 1
%rep RED_ZONE_WORDS
        lea rax, [rdi + RED_ZONE_CHANGED + word]
        cmp [rsp - 8 * word], rax
        mov ecx, RED_ZONE_CHANGED + word
        jne .changed
    %assign word word + 1
%endrep
        xor ecx, ecx

.changed:
        mov rax, rcx
        pop rdi
        pop rdi
        pop r12
        pop r13
        pop rbp
        pop r14
        pop rbx
        pop r15
        ret

; From one stack to another, for good.

        global stack_enter

        bits 64
        section .text

; stack_enter(top, function): calls function() on the stack that ends at `top`; there is no way back.
; At entry  rdi = top (16-byte aligned), rsi = function, which does not return.
stack_enter:
        mov rsp, rdi
        xor ebp, ebp                    ; a backtrace ends here,
        push rbp                        ; and GDB's at a return address of 0,
        push rbp                        ; for it would look above the stack for another
        call rsi
        ud2

; From one stack to another, for good.

        global stack_enter

        bits 64
        section .text

; stack_enter(top, function): calls function() on the stack that ends at `top`; there is no way back.
; At entry  rdi = top (16-byte aligned), rsi = function, which does not return.
stack_enter:
        mov rsp, rdi
        xor ebp, ebp                    ; a backtrace ends here
        call rsi
        ud2

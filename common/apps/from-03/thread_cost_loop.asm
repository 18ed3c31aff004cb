; A loop of known length, which shows what a clock counts.

        global known_loop

        bits 64
        section .text

; known_loop(turns): executes 2 * turns + 1 instructions, this routine's RET included.
; At entry  rdi = turns, at least 1.
known_loop:
.turn:  dec rdi
        jnz .turn
        ret

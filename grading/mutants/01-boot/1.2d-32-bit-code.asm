; MUTANT 1.2d: the code descriptor has D = 1 where it needs L = 1. CAUGHT BY:
; 1.2/segments_are_right
        dq 0
        dq 0x00cf9a000000ffff
        dq 0x00cf92000000ffff           ; present, data, writable

; MUTANT 1.2d: the code segment is user mode's, with DPL 3. CAUGHT BY: 1.2/segments_are_right
        dq 0
        dq 0x00affa000000ffff           ; present, code, readable, L = 1
        dq 0x00cf92000000ffff           ; present, data, writable

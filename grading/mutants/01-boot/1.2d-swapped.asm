; MUTANT 1.2d: data and code have changed places. CAUGHT BY: 1.2/segments_are_right
        dq 0
        dq 0x00cf92000000ffff           ; present, data, writable
        dq 0x00af9a000000ffff           ; present, code, readable, L = 1

; MUTANT 1.2d: the descriptors lack the present bit. CAUGHT BY: 1.2/segments_are_right
        dq 0
        dq 0x00af1a000000ffff           ; present, code, readable, L = 1
        dq 0x00cf12000000ffff           ; present, data, writable

; MUTANT 1.2d: the data descriptor lacks the write bit. CAUGHT BY: 1.2/segments_are_right
        dq 0
        dq 0x00af9a000000ffff           ; present, code, readable, L = 1
        dq 0x00cf90000000ffff

        times 8 db 0
        dw 0, 0                         ; limit and base do not count in 64-bit mode
        db 0, 0x98, 0x20, 0             ; present, code, not readable, L = 1
        dw 0, 0
        db 0, 0x93, 0, 0                ; present, data, writable, accessed

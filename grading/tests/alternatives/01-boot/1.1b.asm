        mov esp, boot_stack_top
        push ebx
        push eax
        push dword 2                    ; flags: all clear
        popfd

        mov eax, 0x80000000
        cpuid
        test eax, eax
        jns .old                        ; an answer without bit 31 is no extended leaf's number
        cmp eax, 0x80000000
        jbe .old
        mov eax, 0x80000001
        cpuid
        bt edx, 29
        jnc .old

        pop edi
        pop esi
        sub ebp, ebp
        jmp long_mode_enter

.old:   mov esi, no_long_mode
        push early_refuse
        ret

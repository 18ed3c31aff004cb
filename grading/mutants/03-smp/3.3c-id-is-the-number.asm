; MUTANT 3.3c: takes the APIC id for the number. CAUGHT BY: 3.3/ids_with_gaps
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax

        mov eax, 0xb
        xor ecx, ecx
        cpuid
        test ebx, ebx
        jnz .find
        mov eax, 1
        cpuid
        shr ebx, 24
        mov edx, ebx

.find:  mov rsi, [ADDRESS(cpus)]        ; edx = APIC id
        mov ecx, edx
        cmp ecx, [ADDRESS(count)]
        jae .lost
        mov rdi, [rsi + rcx * 8]

        mov rsp, [rdi + CPU_STACK_TOP]
        xor ebp, ebp                    ; a backtrace ends here
        call [ADDRESS(entry)]           ; which never returns
.lost:  cli
        hlt
        jmp .lost

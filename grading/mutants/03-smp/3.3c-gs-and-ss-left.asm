; MUTANT 3.3c: leaves SS as real mode had it. CAUGHT BY: 3.3/the_same_mode_on_all
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
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
        mov ecx, [ADDRESS(count)]
.next:  dec ecx
        js .lost
        mov rdi, [rsi + rcx * 8]
        cmp [rdi + CPU_APIC_ID], edx
        jne .next

        mov rsp, [rdi + CPU_STACK_TOP]
        xor ebp, ebp                    ; a backtrace ends here
        call [ADDRESS(entry)]           ; which never returns
.lost:  cli
        hlt
        jmp .lost

; MUTANT 3.3c: numbers the processors as they come. CAUGHT BY: 3.3/all_processors_come_up
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
        mov ecx, [ADDRESS(count)]
.next:  dec ecx
        js .lost
        mov rdi, [rsi + rcx * 8]
        cmp byte [rdi + 32], 0
        jne .next

        mov rsp, [rdi + CPU_STACK_TOP]
        xor ebp, ebp                    ; a backtrace ends here
        call [ADDRESS(entry)]           ; which never returns
.lost:  cli
        hlt
        jmp .lost

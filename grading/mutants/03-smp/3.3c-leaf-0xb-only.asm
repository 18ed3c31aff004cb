; MUTANT 3.3c: believes leaf 0xb even where it is empty. CAUGHT BY: 3.3/ids_with_gaps
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

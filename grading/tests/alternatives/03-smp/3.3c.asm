        ; From the first pointer on, and the id in r8d.
        mov ecx, SELECTOR_DATA
        mov ss, ecx
        mov ds, ecx
        mov es, ecx
        xor ecx, ecx
        mov gs, ecx
        mov fs, ecx

        mov eax, 0xb
        cpuid
        mov r8d, edx
        test ebx, ebx
        jnz .known
        mov eax, 1
        cpuid
        mov r8d, ebx
        shr r8d, 24

.known: mov r9, [ADDRESS(cpus)]
        mov r10d, [ADDRESS(count)]
        lea r10, [r9 + r10 * 8]
.look:  cmp r9, r10
        jae .stop
        mov rdi, [r9]
        add r9, 8
        cmp r8d, [rdi + CPU_APIC_ID]
        jne .look
        xor ebp, ebp
        mov rsp, [rdi + CPU_STACK_TOP]
        mov rax, [ADDRESS(entry)]
        call rax
.stop:  cli
.again: hlt
        jmp .again

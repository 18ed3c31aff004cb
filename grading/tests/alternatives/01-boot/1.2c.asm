        xor ecx, ecx
        mov gs, cx
        mov fs, cx
        mov cl, SELECTOR_DATA
        mov ss, cx
        mov es, cx
        mov ds, cx

        mov eax, edi
        mov ebx, esi
        mov ecx, esp
        mov rsp, rcx
        mov rdi, rax
        mov rsi, rbx
        xor rbp, rbp
        mov rax, loader_main
        call rax

; Where the other processors start: from 16-bit code in real mode to the kernel, in one page.
;
; This page is copied to a frame below 1 MiB, so it uses no address of its own but by the segment
; and by `trampoline_base`, which the copy holds. INIT and start-up leave CS = frame / 16, IP = 0.

%include "x86.inc"

        global trampoline_start, trampoline_end

%define AT(x)   (x - trampoline_start)

        section .rodata

        bits 16
trampoline_start:
        cli
        cld
        mov ax, cs
        mov ds, ax
        movzx ebx, ax
        shl ebx, 4                      ; ebx = where this page lies
        lea eax, [ebx + AT(gdt)]
        mov [AT(gdt_pointer) + 2], eax
        o32 lgdt [AT(gdt_pointer)]
        lea eax, [ebx + AT(wide)]
        mov [AT(target)], eax

        mov eax, CR4_PAE | CR4_PGE
        mov cr4, eax
        mov eax, [AT(tables)]
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr
        mov eax, CR0_PE | CR0_PG | CR0_WP | CR0_MP | CR0_NE
        mov cr0, eax                    ; protected mode, paging and long mode at once (§9.8.5)
        o32 jmp far [AT(target)]

        bits 64
; ebx = where this page lies; find the entry of this processor by its APIC id.
wide:
        mov eax, SELECTOR_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax
        mov r8d, ebx
        mov eax, 1
        cpuid
        shr ebx, 24                     ; ebx = initial APIC id
        mov rsi, [r8 + AT(ids)]         ; a table of 32-bit ids
        xor ecx, ecx
.find:  cmp [rsi + rcx * 4], ebx
        je .found
        inc ecx
        cmp ecx, [r8 + AT(count)]
        jb .find
.lost:  cli
        hlt                             ; nobody knows this processor
        jmp .lost
.found: mov rax, [r8 + AT(stacks)]
        mov rsp, [rax + rcx * 8]
        xor ebp, ebp
        mov rax, cr4
        or rax, CR4_OSFXSR | CR4_OSXMMEXCPT
        mov cr4, rax
        fninit
        mov edi, ecx
        call [r8 + AT(entry)]           ; entry(number), never returns
        jmp .lost

        align 8
gdt:    dq 0
        dq 0x00af9a000000ffff           ; SELECTOR_CODE: 64-bit code
        dq 0x00cf92000000ffff           ; SELECTOR_DATA
gdt_pointer:
        dw 3 * 8 - 1
        dd 0
target: dd 0
        dw SELECTOR_CODE

        align 8
        global trampoline_data
trampoline_data:                        ; struct trampoline of start.c, filled in the copy
tables: dq 0
ids:    dq 0
stacks: dq 0
entry:  dq 0
count:  dd 0
trampoline_end:

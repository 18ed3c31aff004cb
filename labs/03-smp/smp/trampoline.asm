; Where the other processors start: from 16-bit real mode to the kernel, in one page below 1 MiB.
;
; start.c copies this page to trampoline_page, fills in the data at its end, and names it in the
; start-up interrupts. The processors all run through here at the same time: nobody may write.
;
; In:  CS = trampoline_page / 16, IP = 0; nothing else is known, but that interrupts are off
; Out: entry(cpu) in 64-bit mode, on the CPU's own stack
;
; Source: Intel SDM vol. 3A §8.4.3 (start-up), §9.8.5 (to IA-32e mode).

%include "exercise.inc"
%include "x86.inc"

        global trampoline_page, trampoline_start, trampoline_data, trampoline_end

trampoline_page equ 0x1000              ; the frame allocator leaves this frame alone

; Where a label lies in the copy: from the page's start, which is what real mode sees with the
; segment of CS; and as an address, which is what everything else needs.
%define OFFSET(label)  (label - trampoline_start)
%define ADDRESS(label) (trampoline_page + label - trampoline_start)

; Fields of struct cpu (smp/cpu.h)
CPU_APIC_ID     equ 20
CPU_STACK_TOP   equ 24

        section .rodata

        bits 16
trampoline_start:
; 3.3b: to 64-bit code, in one step (§9.8.5). Data is found through DS = CS. Load gdt_pointer; set
; CR4 and CR3 from the data below, EFER.LME and EFER.NXE, and last CR0, with which protected mode,
; paging and long mode begin at once; then jump far to `wide`: SELECTOR_CODE and a 32-bit offset.
; In 16-bit code, `o32` before LGDT takes all of the base, and `jmp dword` has such an offset.
        ; EXERCISE 3.3b (15 points): from real mode to long mode.
        cld
        mov ax, cs
        mov ds, ax
        o32 lgdt [OFFSET(gdt_pointer)]

        mov eax, [OFFSET(cr4_value)]
        mov cr4, eax
        mov eax, [OFFSET(tables)]
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME | EFER_NXE
        wrmsr
        mov eax, [OFFSET(cr0_value)]
        mov cr0, eax
        jmp dword SELECTOR_CODE:ADDRESS(wide)
        ; END EXERCISE 3.3b

        bits 64
; 3.3c: who am I? Load DS, ES and SS with SELECTOR_DATA, FS and GS with 0. Every processor knows its
; APIC id by CPUID: leaf 0xb (with ecx = 0) has it in edx if ebx is not 0 then; else leaf 1, in ebx's
; highest byte. (All processors with XSAVE can be asked for leaf 0xb.) Find the struct cpu with that
; id among the `count` pointers at [cpus]; take its stack, and call entry with rdi = the pointer and
; rbp = 0. A processor that is not listed halts for ever, with interrupts off.
wide:
        ; EXERCISE 3.3c (15 points): find what is mine.
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
        cmp [rdi + CPU_APIC_ID], edx
        jne .next

        mov rsp, [rdi + CPU_STACK_TOP]
        xor ebp, ebp                    ; a backtrace ends here
        call [ADDRESS(entry)]           ; which never returns
.lost:  cli
        hlt
        jmp .lost
        ; END EXERCISE 3.3c

; The descriptors are marked as accessed: the processor would write that, and the page is read-only.
        align 8
gdt:    dq 0
        dq 0x00af9b000000ffff           ; SELECTOR_CODE: 64-bit code
        dq 0x00cf93000000ffff           ; SELECTOR_DATA
gdt_pointer:
        dw 3 * 8 - 1
        dd ADDRESS(gdt)

        align 8
trampoline_data:                        ; struct trampoline of start.c
tables:    dq 0
cpus:      dq 0
entry:     dq 0
count:     dd 0
cr0_value: dd 0
cr4_value: dd 0
trampoline_end:

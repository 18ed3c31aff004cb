; Instructions that fault, each at a label of its own, with every register known.

%include "x86.inc"

        global fault_raise, fault_set_task_switched, fault_store_gdt, fault_store_idt, raise_int
        global raise_divide, raise_debug, raise_breakpoint, raise_overflow, raise_bound
        global raise_invalid_opcode, raise_no_fpu, raise_load_segment, raise_stack_segment
        global raise_gate, raise_page_read, raise_page_write, raise_page_fetch, raise_x87
        global raise_nothing

        bits 64
        section .text

; fault_raise: rdi = struct fault_registers, rsi = where to go.
; Leaves the registers as the structure says, rsp below a return address that is `rsi`.
fault_raise:
        push rsi
        mov rax, [rdi]
        mov rbx, [rdi + 8]
        mov rcx, [rdi + 16]
        mov rdx, [rdi + 24]
        mov rsi, [rdi + 32]
        mov rbp, [rdi + 48]
        mov r8,  [rdi + 56]
        mov r9,  [rdi + 64]
        mov r10, [rdi + 72]
        mov r11, [rdi + 80]
        mov r12, [rdi + 88]
        mov r13, [rdi + 96]
        mov r14, [rdi + 104]
        mov r15, [rdi + 112]
        mov rdi, [rdi + 40]
        ret

raise_divide:
        div dword [rel zero]
raise_debug:
        db 0xcd, 1                      ; INT 1
raise_breakpoint:
        int3
raise_overflow:
        int 4
raise_bound:
        int 5
raise_invalid_opcode:
        ud2
raise_no_fpu:
        fld1
raise_load_segment:
        mov gs, ax
raise_stack_segment:
        mov ss, ax
raise_gate:                             ; a gate that lies behind the end of a shortened IDT
        sidt [rel idt_pointer]
        mov word [rel idt_pointer], 16 * 100 - 1
        lidt [rel idt_pointer]
raise_gate_int:
        int 200
raise_page_read:
        mov rcx, [rax]
raise_page_write:
        mov [rax], rcx
raise_page_fetch:
        jmp rax
raise_x87:
        fninit
        fldcw [rel x87_unmasked]
        fld1
        fdiv dword [rel zero]
raise_x87_wait:
        fwait
raise_nothing:
        jmp raise_nothing

        align 4
raise_int:
%assign vector 0
%rep 256
        align 4
        db 0xcd, vector                 ; INT vector; NASM makes INT 3 a shorter one
    %assign vector vector + 1
%endrep

fault_set_task_switched:
        mov rax, cr0
        or rax, CR0_TS
        mov cr0, rax
        ret

fault_store_gdt:                        ; rdi = struct descriptor_table
        sgdt [rdi]
        ret

fault_store_idt:                        ; rdi = struct descriptor_table
        sidt [rdi]
        ret

        section .rodata
        align 4
zero:           dd 0
x87_unmasked:   dw 0x0340               ; all exceptions unmasked, 64-bit precision

        section .data
        align 8
idt_pointer:    dw 0
                dq 0

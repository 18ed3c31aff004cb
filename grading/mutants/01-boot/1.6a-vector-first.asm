; MUTANT 1.6a: pushes the vector before the error code. CAUGHT BY: 1.6/interrupts_are_reported,
; 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
        align STUB_SIZE
    %if vector >= 32 || ((ERROR_CODE_VECTORS >> vector) & 1) == 0
        push vector
        push 0
    %else
        push vector
    %endif
        jmp trap_common
    %assign vector vector + 1
%endrep

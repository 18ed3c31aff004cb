; MUTANT 1.6a: the last vector has no stub. CAUGHT BY: 1.6/interrupts_are_reported,
; 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS - 1
        align STUB_SIZE
    %if vector >= 32 || ((ERROR_CODE_VECTORS >> vector) & 1) == 0
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

; MUTANT 1.6a: pushes no 0 in an error code's place. CAUGHT BY: 1.6/stubs_complete_the_frame,
; 1.6/interrupted_code_goes_on
%assign vector 0
%rep VECTORS
        align STUB_SIZE
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

; MUTANT 1.6a: the stubs stand one behind the other, not 16 bytes apart. CAUGHT BY:
; 1.6/exceptions_are_reported, 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
    %if vector >= 32 || ((ERROR_CODE_VECTORS >> vector) & 1) == 0
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

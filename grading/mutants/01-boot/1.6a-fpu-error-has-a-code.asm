; MUTANT 1.6a: takes 10 to 17 for the vectors with an error code. CAUGHT BY:
; 1.6/exceptions_are_reported[special], 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
        align STUB_SIZE
    %if vector >= 32 || (vector != 8 && (vector < 10 || vector > 17))
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

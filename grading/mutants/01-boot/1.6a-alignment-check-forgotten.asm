; MUTANT 1.6a: forgets that an alignment check, vector 17, has an error code. CAUGHT BY:
; 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
        align STUB_SIZE
    %if vector >= 32 || (vector != 8 && (vector < 10 || vector > 14))
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

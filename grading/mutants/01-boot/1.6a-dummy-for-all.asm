; MUTANT 1.6a: pushes a 0 also where the processor has pushed an error code. CAUGHT BY:
; 1.6/exceptions_are_reported[page_faults], 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
        align STUB_SIZE
        push 0
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

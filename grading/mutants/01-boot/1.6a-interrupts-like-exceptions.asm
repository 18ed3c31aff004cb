; MUTANT 1.6a: the mask of vectors with error codes starts over at 32, 64, …. CAUGHT BY:
; 1.6/interrupts_are_reported, 1.6/stubs_complete_the_frame
%assign vector 0
%rep VECTORS
        align STUB_SIZE
    %if ((ERROR_CODE_VECTORS >> (vector & 31)) & 1) == 0
        push 0
    %endif
        push vector
        jmp trap_common
    %assign vector vector + 1
%endrep

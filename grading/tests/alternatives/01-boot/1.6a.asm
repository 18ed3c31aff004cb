%macro STUB 2                           ; a vector, and whether the processor pushes its error code
        times (%1 * STUB_SIZE) - ($ - trap_stubs) nop
    %ifn %2
        push byte 0
    %endif
        push dword %1
        jmp near trap_common
%endmacro

%assign number 0
%rep VECTORS
    %if number == 8 || (number >= 10 && number <= 14) || number == 17 || number == 21
        STUB number, 1
    %elif number == 29 || number == 30
        STUB number, 1
    %else
        STUB number, 0
    %endif
    %assign number number + 1
%endrep

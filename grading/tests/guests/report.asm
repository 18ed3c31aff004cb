; Reports TEXT (if defined) on the debug console and writes VALUE to port 0xf4.
%include "guest.inc"

global _start
_start:
%ifdef TEXT
    REPORT TEXT
%endif
    DEBUG_EXIT VALUE

"""Exercise 2.3: what the TLB holds of whoever booted us is gone with its tables."""

import re

from pagurus import x86
from pagurus.checks import check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.outcome import Kind
from pagurus.verdict import MachineEnded

MOV_CR4 = re.compile(rb"(?s)\x41?\x0f\x22[\xe0-\xe7]")  # a REX prefix means r8 to r15
GENERAL = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()


@exercise("2.3", weight=1, read="the switch")
def test_global_pages_of_the_boot_are_flushed(machine: MachineFactory) -> None:
    """CR4.PGE was set at the entry: it is cleared, which flushes global pages, and set again."""
    m = machine(app="page_probe", machine="microvm")
    m.run_to("image:address_space_init")
    m.set_reg("cr4", m.reg("cr4") | x86.CR4_PGE)
    m.explain("Loading CR3 keeps global pages, and setting CR4.PGE where it is set flushes nothing.")
    start = m.address("image:image_start")
    text = m.read(start, m.address("image:image_text_end") - start)
    stops = {start + at for found in MOV_CR4.finditer(text)
             for at in (found.start(), found.end() - 3)}
    for stop in sorted({*stops, m.address("image:frames_init_high")}):
        m.set_breakpoint(stop)
    flushed = False
    while m.reg("rip") != m.address("image:frames_init_high"):
        outcome = m.run(100_000_000)
        if outcome.kind is not Kind.BREAKPOINT:
            raise MachineEnded(outcome, "the kernel's tables are made and loaded")
        if m.reg("rip") in stops:
            code = m.read(m.reg("rip"), 4)
            value = m.reg(GENERAL[code[3] & 7 | 8 if code[0] == 0x41 else code[2] & 7])
            flushed |= not value & x86.CR4_PGE
    check_that("a MOV to CR4 that clears PGE, from address_space_init to its end", flushed, "one",
               "none")
    check_that("CR4.PGE behind address_space_init", bool(m.reg("cr4") & x86.CR4_PGE), "set",
               f"clear (cr4 = {m.reg('cr4'):#x})")

"""A fault report (labs/01-boot/kernel/fault_report.h) taken apart, line by line."""

import re
from dataclasses import dataclass, field

from pagurus.checks import fail

_LINES = [
    r"rip (?P<rip>0x[0-9a-f]{16}) (?P<place>\S+)",
    r"rax {x} rbx {x} rcx {x} rdx {x}",
    r"rsi {x} rdi {x} rbp {x} rsp {x}",
    r"r8  {x} r9  {x} r10 {x} r11 {x}",
    r"r12 {x} r13 {x} r14 {x} r15 {x}",
    r"cs  (?P<cs>0x[0-9a-f]{4}) ss  (?P<ss>0x[0-9a-f]{4}) rflags {x}",
    r"cr0 {x} cr3 {x} cr4 {x}",
    r"backtrace:",
]


def _pattern(line: str) -> str:
    """Each `name {x}` becomes a group of that name, which matches 0x and 16 digits."""
    return re.sub(r"(\w+)( *) \{x\}", r"\1\2 (?P<\1>0x[0-9a-f]{16})", line)


def _shown(line: str) -> str:
    """The form of a line as a reader sees it."""
    line = line.replace("{x}", "0x%016lx").replace(r"(?P<place>\S+)", "function+0xoffset")
    return re.sub(r"\(\?P<\w+>0x\[0-9a-f\]\{(\d+)\}\)", lambda m: f"0x%0{m[1]}lx", line)


@dataclass
class FaultReport:
    """The report's lines; numbers as integers."""

    title: str  # "page fault (#PF), vector 14"
    error_code: int | None = None
    error_words: str | None = None
    cr2: int | None = None
    place: str = ""  # "store+0x13"
    registers: dict[str, int] = field(default_factory=dict)
    backtrace: list[tuple[int, str]] = field(default_factory=list)


def backtrace_lines(lines: list[str]) -> list[tuple[int, str]]:
    """(address, `function+0xoffset` or `?`) of the lines at the start that have that form."""
    found = []
    for line in lines:
        match = re.fullmatch(r"  (0x[0-9a-f]{16}) (\?|\S+\+0x[0-9a-f]+)", line)
        if not match:
            break
        found.append((int(match[1], 16), match[2]))
    return found


def parse(console: str) -> FaultReport:
    """The one report on a console; fails where a line is missing or has another form."""
    lines = [line.rstrip("\r") for line in console.split("\n")] + ["", ""]
    starts = [i for i, line in enumerate(lines) if line.startswith("fault: ")]
    if len(starts) != 1:
        fail("the console shows one fault report", "one line that starts with `fault: `",
             f"{len(starts)} in {console[-200:]!r}")
    at = starts[0]
    report = FaultReport(lines[at].removeprefix("fault: "))
    at += 1
    match = re.fullmatch(r"error code (0x[0-9a-f]{4}): (.*)", lines[at])
    if match:
        report.error_code, report.error_words = int(match[1], 16), match[2]
        at += 1
    match = re.fullmatch(r"cr2 (0x[0-9a-f]{16})", lines[at])
    if match:
        report.cr2 = int(match[1], 16)
        at += 1
    for wanted in _LINES:
        match = re.fullmatch(_pattern(wanted), lines[at] if at < len(lines) else "")
        if not match:
            fail("a line of the fault report has another form than fault_report.h says",
                 re.sub(r"\(\?P<\w+>[^)]*\)", "…", wanted.replace("{x}", "0x…")), lines[at] if at < len(lines) else "nothing")
        for name, value in match.groupdict().items():
            if name == "place":
                report.place = value
            else:
                report.registers[name] = int(value, 16)
        at += 1
    report.backtrace = backtrace_lines(lines[at:])
    return report

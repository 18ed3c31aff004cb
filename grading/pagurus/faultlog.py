"""QEMU's log of exceptions (`-d int`), summed up in words after a triple fault."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_NAMES = {
    0: "divide error (#DE)", 1: "debug exception (#DB)", 2: "NMI", 3: "breakpoint (#BP)",
    4: "overflow (#OF)", 5: "bound range exceeded (#BR)", 6: "invalid opcode (#UD)",
    7: "device not available (#NM)", 8: "double fault (#DF)", 10: "invalid TSS (#TS)",
    11: "segment not present (#NP)", 12: "stack fault (#SS)", 13: "general protection (#GP)",
    14: "page fault (#PF)", 16: "x87 error (#MF)", 17: "alignment check (#AC)",
    19: "SIMD error (#XM)",
}
_RECORD = re.compile(
    r"^ *\d+: v=([0-9a-f]{2}) e=([0-9a-f]{4}) i=(\d) cpl=\d IP=[0-9a-f]+:[0-9a-f]+ "
    r"pc=([0-9a-f]+) SP=[0-9a-f]+:([0-9a-f]+)(?: CR2=([0-9a-f]+))?", re.MULTILINE)
_CYCLE = 4  # so many faults may lead from one to the next, and to the first again
_IDT = re.compile(r"^IDT= +([0-9a-f]+) ([0-9a-f]+)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One record of the log."""

    vector: int
    error: int
    pc: int
    stack: int
    cr2: int | None
    idt_base: int
    idt_limit: int


def _page_fault(fault: Fault) -> str:
    access = ("instruction fetch" if fault.error & 16 else
              "write" if fault.error & 2 else "read")
    why = ("a reserved bit is set in the tables" if fault.error & 8 else
           "the access is not allowed" if fault.error & 1 else "the page is not present")
    return f"{access} at {fault.cr2 or 0:#x}, {why}"


def _describe(fault: Fault) -> str:
    name = _NAMES.get(fault.vector, f"vector {fault.vector}")
    if fault.vector == 14:
        return f"{name}: {_page_fault(fault)}"
    if fault.vector in (10, 11, 12, 13) and fault.error:
        index = fault.error >> 3
        table = "IDT gate" if fault.error & 2 else "selector"
        return f"{name}: {table} {index if fault.error & 2 else hex(fault.error & ~7)}"
    return name


def _records(log: str) -> list[Fault]:
    faults: list[Fault] = []
    for match in _RECORD.finditer(log):
        vector, error, _, pc, stack, cr2 = match.groups()
        idt = _IDT.search(log, match.end())
        base, limit = (int(idt[1], 16), int(idt[2], 16)) if idt else (0, 0)
        faults.append(Fault(int(vector, 16), int(error, 16), int(pc, 16), int(stack, 16),
                            int(cr2, 16) if cr2 else None, base, limit))
    return faults


def last_faults(log: str) -> list[Fault]:
    """The exceptions that led to the last `Triple fault` line, first one first."""
    head, found, _ = log.rpartition("Triple fault")
    if not found:
        return []
    faults = _records(head[-100_000:])
    # The chain ends in a double fault that cannot be delivered, and began at the same place.
    chain: list[Fault] = []
    for fault in reversed(faults):
        if chain and fault.pc != chain[0].pc or len(chain) == 3:
            break
        chain.insert(0, fault)
    return chain


def summarise(log: str, place: Callable[[int], str]) -> str | None:
    """`page fault (#PF): write at 0x10, the page is not present, at symbol+0x4; then …`"""
    chain = last_faults(log)
    if not chain:
        return None
    first = chain[0]
    text = f"{_describe(first)}, at {place(first.pc)}"
    for fault in chain[1:]:
        text += f"; then {_describe(fault)}"
    return text + f" (IDT: base {first.idt_base:#x}, limit {first.idt_limit:#x})"


def endless(log: str, place: Callable[[int], str]) -> str | None:
    """In words, the few faults that fill this whole piece of the log; None if there are more."""
    faults = _records(log)
    if len(faults) < 20 or any(fault.vector in (1, 3) or fault.vector > 31 for fault in faults):
        return None
    kinds: dict[tuple[int, int, int, int | None], str] = {}
    for fault in faults:
        key = (fault.vector, fault.error, fault.pc, fault.cr2)
        kinds.setdefault(key, f"{_describe(fault)}, at {place(fault.pc)}")
    if len(kinds) > _CYCLE:
        return None
    what = "the same fault" if len(kinds) == 1 else f"the same {len(kinds)} faults"
    return f"{what} again and again: {'; '.join(kinds.values())}"

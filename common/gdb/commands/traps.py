"""Descriptor tables: `idt` and `gdt` decode them, and mark what is wrong.

Source: Intel SDM vol. 3A §3.4.5 (segment descriptors), §6.14 (gates, IST), §7.7 (the 64-bit TSS).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import machine
from machine import Command, CommandError, say, symbolise
from paging import Tables

NAMES = {
    0: "#DE divide error", 1: "#DB debug", 2: "NMI", 3: "#BP breakpoint", 4: "#OF overflow",
    5: "#BR bound range", 6: "#UD invalid opcode", 7: "#NM no FPU", 8: "#DF double fault",
    10: "#TS invalid TSS", 11: "#NP no segment", 12: "#SS stack segment", 13: "#GP protection",
    14: "#PF page fault", 16: "#MF x87 error", 17: "#AC alignment", 18: "#MC machine check",
    19: "#XM SIMD error", 20: "#VE virtualization", 21: "#CP control flow",
}
_GATE_TYPES = {5: "task gate", 14: "interrupt gate", 15: "trap gate"}
_SYSTEM_TYPES = {2: "LDT", 9: "64-bit TSS", 11: "64-bit TSS, busy", 12: "call gate",
                 14: "interrupt gate", 15: "trap gate"}
_TSS_SIZE = 104
_TSS_IST = 36  # offset of IST1


def vector_name(vector: int) -> str:
    """What a vector is for."""
    return NAMES.get(vector, "reserved" if vector < 32 else "interrupt")


@dataclass(frozen=True)
class Gate:
    """One gate of the IDT."""

    vector: int
    handler: int
    selector: int
    ist: int
    type: int
    privilege: int
    present: bool

    @staticmethod
    def decode(vector: int, data: bytes) -> "Gate":
        """From its 16 bytes."""
        low, high = (int.from_bytes(data[at:at + 8], "little") for at in (0, 8))
        return Gate(
            vector, handler=low & 0xFFFF | low >> 32 & 0xFFFF0000 | (high & 0xFFFFFFFF) << 32,
            selector=low >> 16 & 0xFFFF, ist=low >> 32 & 7, type=low >> 40 & 15,
            privilege=low >> 45 & 3, present=bool(low >> 47 & 1))


@dataclass(frozen=True)
class Stacks:
    """The TSS, of which the gates use the IST."""

    selector: int
    base: int
    ist: tuple[int, ...] | None  # None: it cannot be read


def _stacks(task: machine.Segment) -> Stacks:
    data = machine.read_linear(task.base, _TSS_SIZE) if task.selector else None
    if data is None:
        return Stacks(task.selector, task.base, None)
    ends = (int.from_bytes(data[at:at + 8], "little")
            for at in range(_TSS_IST, _TSS_IST + 56, 8))
    return Stacks(task.selector, task.base, tuple(ends))


def _descriptor(gdt: machine.Table, selector: int) -> int | None:
    """The GDT's descriptor for a selector, or None outside of the table."""
    if selector & 4 or (selector | 7) > gdt.limit:
        return None
    data = machine.read_linear(gdt.base + (selector & ~7), 8)
    return None if data is None else int.from_bytes(data, "little")


def _selector_fault(gdt: machine.Table, selector: int) -> str:
    """Why a gate's selector is not fit for 64-bit code, or nothing."""
    if selector & ~3 == 0:
        return "selector 0"
    value = _descriptor(gdt, selector)
    if value is None:
        return f"selector {selector:#x} lies outside the GDT"
    if not value >> 47 & 1:
        return f"selector {selector:#x} is not present"
    # S and the code bit set, L = 1 and D = 0.
    if value >> 43 & 3 != 3 or value >> 53 & 3 != 1:
        return f"selector {selector:#x} is not 64-bit code"
    return ""


def _parse_range(argument: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+|0x[0-9a-fA-F]+)(?:\s*-\s*(\d+|0x[0-9a-fA-F]+))?", argument)
    if not match:
        raise CommandError(f"'{argument}' is no vector and no range; write `idt 14` or `idt 0-31`")
    first = int(match[1], 0)
    last = int(match[2], 0) if match[2] else first
    if not first <= last <= 255:
        raise CommandError(f"'{argument}': vectors are 0 to 255, the lower one first")
    return first, last


class InterruptTable(Command):
    """Decode the gates of the interrupt descriptor table, and mark what is wrong.

    idt          all gates; interrupts that differ in nothing but their number share a line
    idt N        one vector
    idt A-B      some vectors, one line each

    Shown for each gate: the vector and its name, the code selector and handler, the kind of gate
    (an interrupt gate enters with interrupts off, a trap gate leaves them), its privilege level
    (DPL: who may reach it with the INT instruction), and its IST number with the end of the stack
    that the TSS has for it. Marked with `!!`: an absent gate, another kind of gate, a selector
    that is not 64-bit code, a handler or stack that is not mapped, and IST 0: in Pagurus every
    trap has a stack of its own, since from lab 07 on it interrupts code that uses a red zone.

    Example:  idt 14
              idt 0-31"""

    name = "idt"
    completion = machine.gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        first, last = _parse_range(argument) if argument else (0, 255)
        hidden = machine.hidden_registers()
        idt = hidden.idt
        tables = Tables()
        if not tables.is_long:
            raise CommandError(f"not in long mode yet: the table at {idt.base:#x} (limit "
                               f"{idt.limit:#x}) is the firmware's; any trap is lost")
        count = min((idt.limit + 1) // 16, 256)
        data = machine.read_linear(idt.base, 16 * count)
        if data is None:
            raise CommandError(f"the table at {symbolise(idt.base)} (limit {idt.limit:#x}) is not "
                               "mapped: any trap ends in a triple fault")
        stacks = _stacks(hidden.segments["tr"])
        say(f"IDT at {symbolise(idt.base)}, limit {idt.limit:#x}: {count} gates"
            + ("" if stacks.selector else "; no TSS is loaded"))

        gates = [Gate.decode(vector, data[16 * vector:16 * vector + 16])
                 for vector in range(first, min(last + 1, count))]
        selectors: dict[int, str] = {}
        for gate in gates:
            if gate.selector not in selectors:
                selectors[gate.selector] = _selector_fault(hidden.gdt, gate.selector)
        faults = {gate.vector: _faults(gate, selectors[gate.selector], stacks, tables)
                  for gate in gates}
        for group in _groups(gates, faults, alone=bool(argument)):
            say(_line(group, faults[group[0].vector], stacks))
        if last >= count:
            say(f"!! vectors {max(first, count)} to {last} lie behind the table's limit")
        wrong = sum(bool(texts) for texts in faults.values())
        if not argument:
            say(f"{wrong} of {count} gates are wrong" if wrong else "no gate is wrong")


def _faults(gate: Gate, selector: str, stacks: Stacks, tables: Tables) -> list[str]:
    if not gate.present:
        return ["absent"]
    texts = []
    if gate.type not in (14, 15):
        texts.append("not a 64-bit gate")
    if selector:
        texts.append(selector)
    if not tables.maps(gate.handler):
        texts.append("handler not mapped")
    if gate.ist == 0:
        texts.append("IST 0")
    elif stacks.ist is None:
        texts.append(f"no TSS for IST {gate.ist}")
    elif not tables.maps(stacks.ist[gate.ist - 1] - 1):
        texts.append("stack not mapped")
    return texts


def _groups(gates: list[Gate], faults: dict[int, list[str]], alone: bool) -> list[list[Gate]]:
    """Runs of interrupts that are alike, their handlers evenly spaced; all others by themselves."""
    step = next((after.handler - gate.handler for gate, after in zip(gates, gates[1:])
                 if gate.vector >= 32), 0)

    def key(gate: Gate) -> tuple[object, ...]:
        if alone or gate.vector < 32:
            return (gate.vector,)
        return (gate.selector, gate.ist, gate.type, gate.privilege, gate.present,
                gate.handler - step * gate.vector, *faults[gate.vector])

    return [list(group) for _, group in groupby(gates, key)]


def _line(group: list[Gate], faults: list[str], stacks: Stacks) -> str:
    gate, last = group[0], group[-1]
    vectors = str(gate.vector) if gate is last else f"{gate.vector}-{last.vector}"
    line = f"{vectors:>7}  {vector_name(gate.vector):<19} "
    if not gate.present:
        return line + "!! absent"
    handler = symbolise(gate.handler)
    if gate is not last:
        handler += f" .. {symbolise(last.handler)}"
    stack = ""
    if gate.ist and stacks.ist is not None:
        stack = f" {_end(stacks.ist[gate.ist - 1])}"
    kind = _GATE_TYPES.get(gate.type, f"type {gate.type}")
    line += f"{gate.selector:#04x}:{handler}  {kind}, DPL {gate.privilege}, IST {gate.ist}{stack}"
    return line + (f"  !! {', '.join(faults)}" if faults else "")


def _end(address: int) -> str:
    """Where a stack ends, in terms of what lies before that."""
    last = re.search(r"<(.+?)(?:\+(\d+))?>$", symbolise(address - 1)) if address else None
    return f"{address:#x}" + (f" <{last[1]}+{int(last[2] or 0) + 1}>" if last else "")


class SegmentTable(Command):
    """Decode the global descriptor table.

    gdt

    Shown for each descriptor: its selector, its value, and its kind. In 64-bit mode base and
    limit of code and data segments mean nothing; a TSS or LDT descriptor takes two places.

    Example:  gdt"""

    name = "gdt"
    completion = machine.gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        if argument:
            raise CommandError("takes no argument")
        hidden = machine.hidden_registers()
        is_long = Tables().is_long
        gdt = hidden.gdt
        data = machine.read_linear(gdt.base, gdt.limit + 1)
        if data is None:
            raise CommandError(f"the table at {symbolise(gdt.base)} (limit {gdt.limit:#x}) is not "
                               "mapped")
        say(f"GDT at {symbolise(gdt.base)}, limit {gdt.limit:#x}")
        used: dict[int, list[str]] = {}
        for name, segment in hidden.segments.items():
            used.setdefault(segment.selector & ~7, []).append(name)
        values = [int.from_bytes(data[at:at + 8], "little")
                  for at in range(0, (gdt.limit + 1) & ~7, 8)]
        at = 0
        while at < len(values):
            value = values[at]
            is_system = is_long and value >> 47 & 1 and not value >> 44 & 1
            high = values[at + 1] if is_system and at + 1 < len(values) else None
            text = _segment_words(at, value, high, is_long, symbolise)
            loaded = f"  ({' '.join(used[8 * at])})" if at and 8 * at in used else ""
            say(f"  {8 * at:#04x}  {value:#018x}  {text}{loaded}")
            at += 2 if is_system else 1


def _segment_words(index: int, value: int, high: int | None, is_long: bool,
                   name: Callable[[int], str]) -> str:
    if index == 0:
        return "null"
    if not value >> 47 & 1:
        return "absent" if value else "empty"
    kind, privilege = value >> 40 & 15, value >> 45 & 3
    base = value >> 16 & 0xFFFFFF | value >> 32 & 0xFF000000
    limit = value & 0xFFFF | value >> 32 & 0xF0000
    if value >> 55 & 1:
        limit = limit << 12 | 0xFFF
    if not value >> 44 & 1:
        what = _SYSTEM_TYPES.get(kind, f"system type {kind}")
        if is_long:
            base |= ((high or 0) & 0xFFFFFFFF) << 32
            what += "" if high is not None else ", cut off by the limit !!"
        return f"{what} at {name(base)}, limit {limit:#x}, DPL {privilege}"
    if kind & 8:
        size = ("32-bit" if value >> 54 & 1 else "16-bit") if not value >> 53 & 1 else "64-bit"
        what = f"{size} code, {'readable' if kind & 2 else 'execute-only'}"
    else:
        what = f"data, {'writable' if kind & 2 else 'read-only'}"
    flat = "" if is_long else f", base {base:#x}, limit {limit:#x}"
    return f"{what}, DPL {privilege}{flat}"


InterruptTable()
SegmentTable()

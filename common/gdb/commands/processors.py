"""Processors: `cpus` shows what each one does, and marks what is wrong with it.

The structure is `struct cpu` of smp/cpu.h, taken from the symbols; what a processor itself has
loaded comes from QEMU's monitor. GDB's thread N is CPU N - 1.
"""

import re
from dataclasses import dataclass

import gdb

import machine
from machine import Command, CommandError, say, symbolise

_STARTED_MAX = 64  # CPUS_MAX


@dataclass(frozen=True)
class Processor:
    """What `info registers -a` says of one processor."""

    rip: int
    rsp: int
    rflags: int
    halted: bool
    wide: bool  # executes 64-bit code
    gs: int
    task: int
    gdt: int
    idt: int
    cr3: int

    @property
    def interrupts(self) -> bool:
        """Whether it takes any."""
        return bool(self.rflags >> 9 & 1)


def _processors() -> list[Processor]:
    parts = re.split(r"^CPU#\d+\s*$", machine.monitor("info registers -a"), flags=re.MULTILINE)
    return [_parse(text) for text in parts[1:]]


def _parse(text: str) -> Processor:
    def number(pattern: str) -> int:
        match = re.search(pattern, text, re.MULTILINE)
        if not match:
            raise CommandError("this machine's monitor does not know `info registers -a`; is it "
                               "QEMU's?")
        return int(match[1], 16)

    wide = "RIP=" in text
    base = 0 if wide else number(r"^CS =[0-9a-f]{4} ([0-9a-f]+)")
    return Processor(
        base + number(r"\b[RE]IP=([0-9a-f]+)"), number(r"\b[RE]SP=([0-9a-f]+)"),
        number(r"\b[RE]FL=([0-9a-f]+)"), "HLT=1" in text, wide,
        number(r"^GS =[0-9a-f]{4} ([0-9a-f]+)"), number(r"^TR =[0-9a-f]{4} ([0-9a-f]+)"),
        number(r"^GDT *= +([0-9a-f]+)"), number(r"^IDT *= +([0-9a-f]+)"),
        number(r"CR3=([0-9a-f]+)"))


def _structures() -> list[gdb.Value]:
    """All struct cpu; none before cpus_init."""
    if gdb.lookup_global_symbol("cpu_count") is None:
        raise CommandError("no symbol cpu_count; this image has one processor, or its symbols are "
                           "not loaded")
    try:
        count = int(gdb.parse_and_eval("cpu_count"))
        if count > _STARTED_MAX:
            raise CommandError(f"cpu_count is {count}")
        found = [gdb.parse_and_eval(f"cpus[{number}]") for number in range(count)]
        return [pointer.dereference() for pointer in found if int(pointer)]
    except gdb.MemoryError:
        return []  # the image is not mapped yet


def _field(structure: gdb.Value, name: str) -> int:
    return int(structure[name])


def _faults(cpu: gdb.Value, processor: Processor, first: Processor) -> list[str]:
    """What is wrong with a processor that is online, or was the first to run."""
    texts = []
    address = int(cpu.address)
    if processor.gs != address:
        texts.append(f"GS base {processor.gs:#x} is not its struct cpu")
    if processor.task != int(cpu["tss"].address):
        texts.append("the task register is not its TSS")
    if processor.gdt != int(cpu["gdt"].address):
        texts.append("the GDT is not its own")
    if processor.idt != first.idt:
        texts.append("another IDT than CPU 0")
    if processor.cr3 != first.cr3:
        texts.append("other page tables than CPU 0")
    if processor.halted and not processor.interrupts:
        texts.append("halted with interrupts off, for ever")
    return texts


def _runs(cpu: gdb.Value) -> str:
    """The thread that it runs."""
    thread = cpu["thread"]
    if not int(thread):
        return "no thread yet"
    if int(thread) == int(cpu["queue"]["idle"]):
        return "idle"
    try:
        return f"thread {int(thread['number'])}"
    except gdb.MemoryError:
        return f"thread at {int(thread):#x} !!"


def _state(processor: Processor) -> str:
    halted = "halted, " if processor.halted else ""
    return f"{halted}interrupts {'on' if processor.interrupts else 'off'}"


class Cpus(Command):
    """Show what each processor does, and mark what is wrong with it.

    cpus         all processors, a line each; `*` is the one that GDB looks at
    cpus N       one processor: its tables, its stacks, and its local APIC

    Shown for each processor: its number, its APIC id, the thread that it runs, where it is, whether
    it is halted, and whether interrupts are on. Marked with `!!`: a GS base, GDT or TSS that is not
    its own, an IDT or page tables that are not those of CPU 0, and one that nothing can wake.
    `thread 2` looks at CPU 1.

    Example:  cpus
              cpus 1"""

    name = "cpus"
    completion = gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        processors = _processors()
        selected = gdb.selected_thread()
        if processors[selected.ptid[1] - 1].wide:
            self._say(argument, selected.ptid[1] - 1, processors)
            return
        # Its memory is without page tables: the kernel's is read through CPU 0.
        frame = gdb.selected_frame()
        min(gdb.selected_inferior().threads(), key=lambda thread: thread.ptid[1]).switch()
        try:
            self._say(argument, selected.ptid[1] - 1, processors)
        finally:
            selected.switch()
            frame.select()

    def _say(self, argument: str, selected: int, processors: list[Processor]) -> None:
        cpus = _structures()
        if argument:
            if not argument.isdecimal():
                raise CommandError(f"'{argument}' is no number of a CPU; write `cpus 1`")
            number = int(argument)
            if number >= len(cpus) or number >= len(processors):
                raise CommandError(f"there is no CPU {number}: " + _count(cpus, processors))
            self._one(number, cpus, processors)
            return
        say(_count(cpus, processors))
        places = [symbolise(processor.rip) for processor in processors]
        for number, processor in enumerate(processors):
            mark = "*" if number == selected else " "
            who, faults = "not known to the kernel", []
            if number < len(cpus):
                cpu = cpus[number]
                who = f"APIC id {_field(cpu, 'apic_id'):<3} "
                if not _field(cpu, "online"):
                    who += "has come up" if _field(cpu, "started") else "has not come up"
                else:
                    who += _runs(cpu)
                    faults = _faults(cpu, processor, processors[0])
            say(f"{mark} {number:<2} {who:<24} {places[number]}  {_state(processor)}"
                + (f"  !! {', '.join(faults)}" if faults else ""))

    def _one(self, number: int, cpus: list[gdb.Value], processors: list[Processor]) -> None:
        cpu, processor = cpus[number], processors[number]
        apic_id = _field(cpu, "apic_id")
        state = "online" if _field(cpu, "online") else "not online"
        say(f"CPU {number}, APIC id {apic_id}: {state}, runs: {_runs(cpu)}; {_state(processor)}")
        say(f"  rip         {symbolise(processor.rip)}")
        say(f"  struct cpu  {int(cpu.address):#x}, GS base {processor.gs:#x}")
        say(f"  stack       {_stack(cpu)}, rsp {processor.rsp:#x}")
        say(f"  GDT {processor.gdt:#x}, TSS {processor.task:#x}, IDT {symbolise(processor.idt)}")
        ends = [int(cpu["tss"]["ist"][ist]) for ist in range(5)]
        say("  IST stacks  " + " ".join(f"{end:#x}" for end in ends))
        off = _field(cpu, "preempt_off")
        say(f"  preemption  {f'off, {off} deep' if off else 'on'}")
        for line in _lapic(apic_id):
            say(f"  local APIC  {line}")
        for fault in _faults(cpu, processor, processors[0]) if _field(cpu, "online") else []:
            say(f"  !! {fault}")


def _count(cpus: list[gdb.Value], processors: list[Processor]) -> str:
    if not cpus:
        return f"{len(processors)} CPUs; cpus_init has not run yet"
    online = sum(_field(cpu, "online") for cpu in cpus)
    return f"{len(cpus)} CPUs, {'all' if online == len(cpus) else online} online"


def _stack(cpu: gdb.Value) -> str:
    try:
        return f"{int(cpu['stack']['limit']):#x} - {_field(cpu, 'stack_top'):#x}"
    except gdb.MemoryError:
        return "not known"


def _lapic(apic_id: int) -> list[str]:
    """What the monitor says of a local APIC, the part that one looks for."""
    text = machine.monitor(f"info lapic {apic_id}")
    spurious = re.search(r"^SPIV\t.*APIC (enabled|disabled)", text, re.MULTILINE)
    timer = re.search(r"initial_count = (\d+) current_count = (\d+)", text)
    mode = re.search(r"^LVTT\t 0x([0-9a-f]+)", text, re.MULTILINE)
    if not spurious or not timer or not mode:
        return ["unknown"]
    lines = [spurious[1]]
    initial, left = int(timer[1]), int(timer[2])
    masked = ", masked" if int(mode[1], 16) >> 16 & 1 else ""
    lines[0] += f"; timer {f'{left} of {initial} ticks left' if initial else 'off'}{masked}"
    for name, words in (("ISR", "in service"), ("IRR", "waiting")):
        found = re.search(rf"^{name}\t (.*)", text, re.MULTILINE)
        vectors = re.findall(r"\d+", found[1]) if found else []
        if vectors:
            lines.append(f"{words}: vector " + ", ".join(f"{int(v):#x}" for v in vectors))
    return lines


Cpus()

"""Exercise 3.3: the other processors: how they come up, and what each has for itself.

The machine stops where threads_init begins: all processors have come up and are parked, halted
with interrupts on, and nothing of the later exercises has run.
"""

import random
import struct

import pytest

from pagurus import acpi
from pagurus.checks import check, check_that, exercise
from pagurus.cpus import IST_COUNT, read_cpus, read_processors
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.qemu import read_flags
from pagurus.verdict import MachineEnded

Q35 = "q35,sata=off,smbus=off"
PAGE = 4096
NS_OF_INSTRUCTION = 2
US, MS = 1000, 1_000_000  # ns
ENOUGH = 100_000_000  # instructions; 35 million are needed on q35 with 4 CPUs
ENOUGH_ON_MICROVM = 20_000_000  # 3 million with 64 CPUs, whose firmware does less
SECONDS = 60.0  # hundreds of times what it takes; a CPU that runs wild makes instructions slow
WAITING = 400_000_000  # instructions, where CPUs are waited for that do not come
TRAMPOLINE = 0x1000
CODE, DATA, TASK = 0x08, 0x10, 0x18
CPU_STACK, IST_STACK = 16384, 8192
OWN = "what each processor has for itself"
START = "start the others"
TRAMPOLINES = "the trampoline"


def started(machine: MachineFactory, count: int, board: str = "microvm", app: str = "cpus",
            topology: str = "", cpu: str | None = None) -> Machine:
    """A machine whose processors have come up."""
    extra = ["-smp", topology] if topology else []
    m = machine(app, machine=board, smp=count, extra=extra, cpu=cpu, wall=SECONDS)
    come_up(m)
    return m


def come_up(m: Machine) -> None:
    """To threads_init. Who does not come is said."""
    m.set_breakpoint("image:threads_init")
    enough = ENOUGH_ON_MICROVM if m.spec.machine == "microvm" else ENOUGH
    outcome = m.run(enough)
    if outcome.kind is Kind.TIMEOUT:
        m.select_cpu(0)
        check(f"CPUs that have not come up ({outcome.text})", [],
              [cpu.number for cpu in read_cpus(m)[1:] if not cpu.started],
              hint="Where do they stand? `make gdb`, with this test's name, and there `cpus`.")
    if outcome.kind is not Kind.BREAKPOINT:
        raise MachineEnded(outcome, "the machine reaches threads_init")
    m.clear_breakpoint("image:threads_init")


# -- they come up -----------------------------------------------------------------------------


@exercise("3.3", weight=3, read=START)
@pytest.mark.parametrize("count, board", [(1, "microvm"), (2, "microvm"), (4, Q35),
                                          (16, "microvm"), (64, "microvm")],
                         ids=["1", "2", "4 on q35", "16", "64"])
def test_all_processors_come_up(machine: MachineFactory, count: int, board: str) -> None:
    """Each is online, halted in its parking place, and says who it is when it is asked."""
    m = started(machine, count, board)
    found = read_cpus(m)
    check("cpu_count", count, len(found))
    check("the CPUs' numbers", list(range(count)), [cpu.number for cpu in found])
    check("the CPUs' APIC ids", list(range(count)), [cpu.apic_id for cpu in found])
    check("CPUs that are not online", [], [cpu.number for cpu in found if not cpu.online])
    for index, processor in enumerate(read_processors(m)[1:], start=1):
        check(f"CPU {index} is halted", True, processor.halted)
        check(f"CPU {index} has interrupts on", True, bool(processor.rflags & 0x200))
        check(f"CPU {index} stands in", "park", str(m.place(processor.rip)).partition("+")[0])
    check("CPUs that answer an interrupt", count, m.call("image:cpus_ask"))
    for index in range(count):
        number, apic_id, stack = struct.unpack(
            "<IIQ", m.read(m.address("image:answers") + 32 * index, 16))
        check(f"what CPU {index} says that its number is", index, number)
        check(f"what CPU {index} says that its APIC id is", index, apic_id)


@exercise("3.3", weight=2, read=TRAMPOLINES)
@pytest.mark.parametrize("how", ["leaf 0xb", "an empty leaf 0xb"])
def test_ids_with_gaps(machine: MachineFactory, rng: random.Random, how: str) -> None:
    """Each processor finds itself by its APIC id, from whichever leaf of CPUID has it."""
    sockets, cores = rng.randrange(2, 5), rng.choice([3, 5])
    shift = (cores - 1).bit_length()
    ids = [socket << shift | core for socket in range(sockets) for core in range(cores)]
    cpu = read_flags()["QEMU_CPU"] + {"leaf 0xb": "", "an empty leaf 0xb": ",cpuid-0xb=off"}[how]
    m = started(machine, 1, cpu=cpu,
                topology=f"{len(ids)},sockets={sockets},cores={cores},threads=1")
    m.explain(f"The ids are {ids}; CPUID has {how}.")
    found = read_cpus(m)
    check("the CPUs' APIC ids", ids, [one.apic_id for one in found])
    check("CPUs that are not online", [], [one.number for one in found if not one.online])
    check("CPUs that answer an interrupt", len(ids), m.call("image:cpus_ask"))
    for index, number in enumerate(ids):
        answer = m.read(m.address("image:answers") + 32 * index, 8)
        check(f"what CPU {index} says (number, APIC id)", (index, number),
              struct.unpack("<II", answer))


@exercise("3.3", weight=2, read=START)
def test_they_come_up_side_by_side(machine: MachineFactory) -> None:
    """64 processors are started in the time of one."""
    m = machine("cpus", machine="microvm", smp=64)
    m.run_to("image:cpus_start", budget=ENOUGH)
    before = m.icount()
    come_up(m)
    took = (m.icount() - before) * NS_OF_INSTRUCTION
    m.explain("INIT to all, one delay for all, start-up to all.")
    check_that("the time that cpus_start takes with 64 CPUs", took < 3 * MS, "less than 3 ms",
               f"{took / MS:.2f} ms")
    check("CPUs that are online", 64, sum(cpu.online for cpu in read_cpus(m)))


@exercise("3.3", weight=2, read=START)
def test_init_and_start_up(machine: MachineFactory, rng: random.Random) -> None:
    """INIT to every processor, a pause, and a start-up interrupt that names the right page."""
    count = rng.randrange(3, 7)
    m = machine("cpus", machine="microvm", smp=count)
    m.run_to("image:cpus_start", budget=ENOUGH)
    for _ in range(count - 1):
        m.set_breakpoint("image:lapic_send_init")
        m.set_breakpoint("image:lapic_send_startup")
        m.run()
        check("what is sent first", "lapic_send_init", str(m.here()).partition("+")[0])
        check_that("the APIC id that an INIT goes to", 0 < m.reg("rdi") < count,
                   f"1 to {count - 1}", m.reg("rdi"), hint="CPU 0 is the one that sends.")
        m.clear_breakpoint("image:lapic_send_init")
        m.clear_breakpoint("image:lapic_send_startup")
    before = m.call("image:clock_now")  # who rests executes nothing: instructions tell no time
    sent = []
    m.set_breakpoint("image:threads_init")
    m.set_breakpoint("image:lapic_send_startup")
    while m.run() and m.reg("rip") == m.address("image:lapic_send_startup"):
        if not sent:
            waited = m.call("image:clock_now") - before
            # The stop may have let up to 20 µs pass that no instruction took.
            check_that("the time between INIT and start-up", waited > 75 * US, "100 µs at least",
                       f"{waited / US:.1f} µs")
        check("the page that a start-up names", TRAMPOLINE // PAGE, m.reg("rsi") & 0xFF,
              hint="Its number, not its address (§8.4.4.1): else the processor starts elsewhere.")
        sent.append((m.reg("rdi"), m.reg("rsi") & 0xFF))
    check("start-up interrupts (APIC id, page)", [(n, TRAMPOLINE // PAGE) for n in
                                                  range(1, count)], sorted(sent))


@exercise("3.3", weight=2, read=START)
def test_processors_that_never_come(machine: MachineFactory, rng: random.Random) -> None:
    """They are reported after a while, which is one for all of them; the others go on."""
    count = rng.randrange(5, 9)
    missing = sorted(rng.sample(range(1, count), 2))
    ids = dict(zip(missing, rng.sample(range(100, 200), 2)))
    m = machine("cpus", machine="microvm", smp=count)
    m.run_to("image:acpi_read")
    acpi.rename_cpus(m, ids)
    m.run_to("image:cpus_start")
    before, sent = m.call("image:clock_now"), []
    m.set_breakpoint("image:threads_init")
    m.set_breakpoint("image:lapic_send_startup")
    while m.run(WAITING) and m.reg("rip") == m.address("image:lapic_send_startup"):
        sent.append(m.reg("rdi"))
    took = m.call("image:clock_now") - before
    check("the CPUs that are online", [n for n in range(count) if n not in missing],
          [cpu.number for cpu in read_cpus(m) if cpu.online])
    for number in missing:
        line = f"CPU {number} (APIC id {ids[number]}) does not come up"
        check_that("the console", line in m.console, f"`{line}`", m.console)
    check("start-up interrupts: one to each, two to those that do not come",
          sorted([ids.get(n, n) for n in range(1, count)] + list(ids.values())), sorted(sent))
    # Each stop may have let the time leap to the PIT's next event, at most 55 ms ahead.
    check_that("the time that they were waited for", 450 * MS < took < 800 * MS, "500 ms",
               f"{took / MS:.0f} ms")
    check("CPUs that answer an interrupt", count - 2, m.call("image:cpus_ask"))


@exercise("3.3", read=TRAMPOLINES)
def test_a_processor_that_nobody_knows(machine: MachineFactory, rng: random.Random) -> None:
    """It finds no struct cpu with its id: it halts for ever, with interrupts off."""
    m = machine("cpus", machine="microvm", smp=4)
    m.run_to("image:wake_all", budget=ENOUGH)
    stranger = rng.randrange(1, 4)
    m.run_to("image:lapic_send_startup")
    cpu = read_cpus(m)[stranger]
    while m.reg("rdi") != stranger:
        m.run_to("image:lapic_send_startup")
    m.write(cpu.address + 20, struct.pack("<I", 200))
    m.run_to("image:threads_init", budget=WAITING)
    processor = read_processors(m)[stranger]
    check("it has started", False, read_cpus(m)[stranger].started)
    check_that("where it stands", TRAMPOLINE <= processor.rip < TRAMPOLINE + PAGE,
               "in the trampoline", f"{processor.rip:#x}")
    check("it is halted", True, processor.halted)
    check("it has interrupts on", False, bool(processor.rflags & 0x200))
    check("CPUs that answer an interrupt", 3, m.call("image:cpus_ask"))


# -- what each has for itself -----------------------------------------------------------------


@exercise("3.3", weight=2, read=TRAMPOLINES)
@pytest.mark.parametrize("board", [Q35, "microvm"], ids=["q35", "microvm"])
def test_the_same_mode_on_all(machine: MachineFactory, board: str) -> None:
    """Control registers, EFER, page tables and selectors are those of the boot processor."""
    m = started(machine, 4, board)
    first, *others = read_processors(m)
    for index, other in enumerate(others, start=1):
        for name in ("cr0", "cr3", "cr4", "efer"):
            check(f"CPU {index}: {name}", f"{getattr(first, name):#x}",
                  f"{getattr(other, name):#x}")
        check(f"CPU {index}: the selectors",
              {"cs": CODE, "ss": DATA, "ds": DATA, "es": DATA, "fs": 0, "gs": 0},
              other.selectors)
        check(f"CPU {index}: the IDT (base, limit)", first.idt, other.idt)


@exercise("3.3", weight=3, read=OWN)
def test_tables_of_their_own(machine: MachineFactory, rng: random.Random) -> None:
    """GDT, TSS and GS base lie in each one's struct cpu, the boot processor's too."""
    m = started(machine, rng.randrange(3, 6))
    size = 4096  # of a struct cpu, at most
    found = read_cpus(m)
    for cpu, processor in zip(found, read_processors(m)):
        what = f"CPU {cpu.number}"
        check(f"{what}: the GS base", f"{cpu.address:#x}", f"{processor.gs:#x}")
        check(f"{what}: its struct cpu's pointer to itself", f"{cpu.address:#x}", f"{cpu.self:#x}")
        for name, base in (("GDT", processor.gdt[0]), ("TSS", processor.task[1])):
            check_that(f"{what}: the {name} at {base:#x}",
                       cpu.address <= base < cpu.address + size,
                       f"in its struct cpu at {cpu.address:#x}", "elsewhere")
        check(f"{what}: the task register", TASK, processor.task[0])
        check(f"{what}: the TSS's limit", 103, processor.task[2])
        check(f"{what}: the GDT's limit", 39, processor.gdt[1])
        null, code, data, low, high = struct.unpack("<5Q", m.read(processor.gdt[0], 40))
        check(f"{what}: the null descriptor", 0, null)
        # Base and limit mean nothing in 64-bit mode; the processor may mark it as accessed.
        check(f"{what}: the code descriptor", 0x00209A0000000000, code & 0x0060FE0000000000)
        check(f"{what}: the data descriptor", 0x0000920000000000, data & 0x0000FE0000000000)
        check(f"{what}: the TSS descriptor, busy", 0x8B, low >> 40 & 0xFF)
        base = low >> 16 & 0xFFFFFF | low >> 32 & 0xFF000000 | high << 32
        check(f"{what}: the base in the TSS descriptor", f"{processor.task[1]:#x}", f"{base:#x}")
        io_map, = struct.unpack("<H", m.read(processor.task[1] + 102, 2))
        check_that(f"{what}: the I/O permission map", io_map > 103, "none: past the limit",
                   f"at {io_map}")


@exercise("3.3", weight=2, read=OWN)
def test_stacks_of_their_own(machine: MachineFactory, rng: random.Random) -> None:
    """Five IST stacks and one to start on, for each; no two overlap, and interrupts use them."""
    m = machine("cpus", machine="microvm", smp=rng.randrange(3, 6))
    m.run_to("image:cpu_main", budget=ENOUGH)
    check("the stack pointer where cpu_main begins, modulo 16", 8, m.reg("rsp") % 16,
          hint="A C function is entered by CALL, which leaves a return address (System V ABI).")
    come_up(m)
    found, taken = read_cpus(m), []
    for cpu, processor in zip(found, read_processors(m)):
        ends = struct.unpack("<5Q", m.read(processor.task[1] + 36, 8 * IST_COUNT))
        for index, end in enumerate(ends, start=1):
            taken.append((end - IST_STACK, end, f"CPU {cpu.number}'s IST {index}"))
        taken.append((cpu.stack_top - CPU_STACK, cpu.stack_top, f"CPU {cpu.number}'s own"))
        if cpu.number:
            check_that(f"CPU {cpu.number}: its stack pointer {processor.rsp:#x}",
                       cpu.stack_top - CPU_STACK < processor.rsp <= cpu.stack_top,
                       f"on its stack below {cpu.stack_top:#x}", "elsewhere")
    taken.sort()
    for (_, end, one), (start, _, other) in zip(taken, taken[1:]):
        check_that(f"{one} stack and {other} stack", end < start, "apart",
                   f"one ends at {end:#x}, the other begins at {start:#x}")
    for start, end, whose in taken:
        m.read(start, 1)
        m.read(end - 1, 1)
    m.call("image:cpus_ask")
    for cpu, processor in zip(found, read_processors(m)):
        stack = m.u64(m.address("image:answers") + 32 * cpu.number + 8)
        top = m.u64(processor.task[1] + 36)
        check_that(f"CPU {cpu.number}: where its handler ran", top - IST_STACK < stack < top,
                   f"on its IST 1 below {top:#x}", f"{stack:#x}")


@exercise("3.3", read=OWN)
def test_a_local_apic_each(machine: MachineFactory, rng: random.Random) -> None:
    """Every processor has taken its own local APIC into use."""
    m = started(machine, rng.randrange(2, 6))
    for cpu in read_cpus(m):
        check(f"whether CPU {cpu.number} is online", True, cpu.online)
        text = m.hmp(f"info lapic {cpu.apic_id}")

        def said(*names: str) -> str:
            return "; ".join(" ".join(line.split()) for line in text.splitlines()
                             if line.startswith(names))

        check_that(f"CPU {cpu.number}: its local APIC", "APIC enabled" in text and
                   "spurious vec 255" in text, "enabled, spurious vector 255", said("SPIV"))
        check_that(f"CPU {cpu.number}: interrupts that wait or are in service",
                   text.count("(none)") == 2, "none", said("ISR", "IRR"))


@exercise("3.3", read=OWN)
def test_what_gs_was_before(machine: MachineFactory, rng: random.Random) -> None:
    """The GS base that whoever booted the machine has left leads the kernel nowhere."""
    m = machine("cpus", machine="microvm")
    m.run_to("image:kernel_main")
    m.set_reg("gs_base", rng.randrange(1 << 20, 1 << 46) & -8)
    m.run_to("image:threads_init", budget=ENOUGH)
    check("the GS base", hex(read_cpus(m)[0].address), hex(m.reg("gs_base")))

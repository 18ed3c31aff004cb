"""Exercise 3.2: local APIC, I/O APIC and PICs, and the clock.

The machine stops where cpus_init begins: all of this exercise is set up, and nothing of the next.
Its state is read through QEMU's monitor, and functions of apic_model are called there. Time is
virtual: an instruction takes 2 ns, a tick of the TSC is 1 ns, and what a test sees does not depend
on the host. When the machine is stopped and goes on, time may leap to the next event that a timer
has in store: so nothing is measured across a stop.
"""

import random
import re
import struct

import pytest

from pagurus import acpi, x2apic
from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.x2apic import X2Apic

Q35 = "q35,sata=off,smbus=off"
US, MS, SECOND = 1000, 1_000_000, 1_000_000_000  # ns
NS_OF_INSTRUCTION = 2
TSC_KHZ = 1_000_000
PIT_HZ = 1_193_182
PIT_STEP = 300  # ticks from one look that a test plays to the next
NEVER = (1 << 64) - 1
ENODEV = 19
VECTOR_TIMER, VECTOR_SPURIOUS = 0x40, 0xFF
MASKED = 1 << 16
LOCAL = "the local APIC"
CLOCK = "the clock"
DEVICES = "interrupts of devices"


def set_up(machine: MachineFactory, board: str = "microvm", at: str = "cpus_init") -> Machine:
    """A machine in which all of 3.2 has run."""
    m = machine("apic_model", machine=board)
    m.run_to(f"image:{at}")
    # Calls return to a page without code: one with a breakpoint runs twenty times slower.
    m.set_reg("rip", m.address("image:model_count"))
    return m


def lapic(m: Machine) -> dict[str, int]:
    """The local APIC's registers by QEMU's names, those that it shows as numbers."""
    text = m.hmp("info lapic")
    found = {name: int(value, 16)
             for name, value in re.findall(r"^(\w+)\t 0x([0-9a-f]{8})", text, re.MULTILINE)}
    found |= {name: int(value, 16) for name, value in re.findall(r"\b(TPR) 0x(\w+)", text)}
    for name in ("initial_count", "current_count"):
        found[name] = int(re.search(rf"{name} = (\d+)", text)[1])  # type: ignore[index]
    found["divide"] = int(re.search(r"divide by (\d+)", text)[1])  # type: ignore[index]
    for name in ("ISR", "IRR"):
        line = re.search(rf"^{name}\t (.*)", text, re.MULTILINE)[1]  # type: ignore[index]
        found[name] = sum(1 << int(number) for number in re.findall(r"\d+", line))
    return found


def pins(m: Machine) -> list[int]:
    """The entries of the I/O APIC. On microvm there is a second one, by the same name."""
    check("I/O APICs", 1, (text := m.hmp("info pic")).count("ioapic0:"))
    return [int(value, 16) for value in
            re.findall(r"^ +pin \d+ +0x([0-9a-f]{16})", text, re.MULTILINE)]


def signed(result: int) -> int:
    """A C int from rax."""
    return (result & 0xFFFFFFFF ^ 1 << 31) - (1 << 31)


# -- the local APIC ---------------------------------------------------------------------------


@exercise("3.2", weight=2, read=LOCAL)
@pytest.mark.parametrize("board", [Q35, "microvm"], ids=["q35", "microvm"])
def test_the_local_apic_in_use(machine: MachineFactory, rng: random.Random, board: str) -> None:
    """Enabled, every priority welcome, external interrupts masked, NMI let through."""
    m = machine("apic_model", machine=board)
    m.run_to("image:lapic_init")
    m.set_reg("cr8", rng.randrange(1, 16))
    m.run_to("image:cpus_init")
    found = lapic(m)
    check("the spurious-interrupt register: APIC on, vector 0xff", "0x1ff",
          f"{found['SPIV'] & 0x1FF:#x}")
    check("the task priority", "0x0", f"{found['TPR']:#x}")
    check_that("LINT0, where the PICs arrive", found["LVT0"] & MASKED, "masked",
               f"{found['LVT0']:#x}")
    check("LINT1: NMI, and not masked", 0x400, found["LVT1"] & (MASKED | 0x700))
    check_that("the error interrupt", found["LVTERR"] & MASKED, "masked", f"{found['LVTERR']:#x}")
    check("interrupts in service", 0, found["ISR"])
    check("interrupts that wait", 0, found["IRR"])
    check("the timer", 0, found["initial_count"])


@exercise("3.2", weight=2, read=LOCAL)
def test_the_local_apic_in_x2apic_mode(machine: MachineFactory, rng: random.Random) -> None:
    """Where CPUID says x2APIC: its mode bit, then its MSRs, in an order that works."""
    m = machine("apic_model", machine="microvm")
    m.run_to("image:lapic_init")
    m.set_reg("rip", m.address("image:model_count"))
    base = 0xFEE00000 | 1 << 8
    number = rng.getrandbits(32)
    apic = X2Apic(m, {x2apic.APIC_BASE: base | x2apic.ENABLE, x2apic.ID: number})
    apic.call("image:lapic_init", 0xFEE00000)
    m.explain("x2APIC mode is bit 10 of MSR_APIC_BASE (§10.12.1), the enable bit 11. Writes: "
              + x2apic.told(apic.writes))
    order = [msr for msr, _ in apic.writes]
    check("the MSR that is written first", x2apic.name(x2apic.APIC_BASE),
          x2apic.told(apic.writes[:1]).removeprefix("MSR ").partition(" =")[0])
    check("MSR_APIC_BASE", f"{base | x2apic.ENABLE | x2apic.X2APIC:#x}",
          f"{apic.msrs[x2apic.APIC_BASE]:#x}")
    for name, msr, value in (
            ("task priority", x2apic.TPR, 0), ("LINT0", x2apic.LVT_LINT0, MASKED),
            ("LINT1", x2apic.LVT_LINT1, 0x400), ("error", x2apic.LVT_ERROR, MASKED),
            ("timer", x2apic.LVT_TIMER, MASKED),
            ("spurious", x2apic.SPURIOUS, 0x100 | VECTOR_SPURIOUS)):
        wanted = value & (MASKED | 0x7FF if value != MASKED else MASKED)
        check_that(f"the register for {name}", msr in apic.msrs, f"MSR {msr:#x} is written", "not")
        found = apic.msrs[msr]
        check(f"the register for {name}", f"{wanted:#x}",
              f"{found & wanted if value == MASKED else found:#x}")
    last = len(order) - 1 - order[::-1].index(x2apic.LVT_LINT1)
    check_that("LINT1", order.index(x2apic.SPURIOUS) < last,
               "unmasked after the APIC is enabled", "before",
               hint="As long as it is not, mask bits cannot be cleared (§10.4.7.2).")
    eoi = x2apic.told([(x2apic.EOI, 0)])
    check("the last write: an EOI, of 0", eoi, x2apic.told(apic.writes[-1:]))
    check_read(apic, "lapic_id", x2apic.ID, number)
    apic.writes.clear()
    apic.call("image:lapic_eoi")
    check("what lapic_eoi writes", eoi, x2apic.told(apic.writes))


def check_read(apic: X2Apic, function: str, msr: int, value: int) -> None:
    """A function reads one MSR, and returns what it says."""
    found = apic.call(f"image:{function}") & 0xFFFFFFFF
    check_that(f"the MSR that {function} reads", msr in apic.reads, x2apic.name(msr),
               ", ".join(map(x2apic.name, apic.reads)) or "none")
    check(function, value, found)


@exercise("3.2", weight=2, read=LOCAL)
def test_interrupts_for_others_in_x2apic_mode(machine: MachineFactory, rng: random.Random
                                              ) -> None:
    """One write of 64 bits, behind everything that was written to memory."""
    m = machine("apic_model", machine="microvm")
    m.run_to("image:lapic_init")
    m.set_reg("rip", m.address("image:model_count"))
    apic = X2Apic(m, {x2apic.APIC_BASE: 0xFEE00000 | x2apic.ENABLE})
    apic.call("image:lapic_init", 0xFEE00000)
    number, vector, page = rng.getrandbits(32), rng.randrange(0x20, 0xFF), rng.randrange(1, 0xA0)
    for what, arguments, value in (
            ("lapic_send", [number, vector], number << 32 | 0x4000 | vector),
            ("lapic_send_others", [vector], 0xC4000 | vector),
            ("lapic_send_init", [number], number << 32 | 0x4500),
            ("lapic_send_startup", [number, page], number << 32 | 0x4600 | page)):
        apic.writes.clear()
        apic.fenced.clear()
        apic.call(f"image:{what}", *arguments)
        check(f"what {what} writes", x2apic.told([(x2apic.ICR, value)]),
              x2apic.told(apic.writes))
        check_that(f"{what}: the write", apic.fenced[0],
                   "behind a fence", "a WRMSR that may overtake earlier stores (§10.12.3)")
    apic.writes.clear()
    ticks = rng.getrandbits(32)
    apic.call("image:lapic_timer_set", ticks)
    check("lapic_timer_set: what is written last", x2apic.told([(x2apic.TIMER_INITIAL, ticks)]),
          x2apic.told(apic.writes[-1:]))
    for what, msr, value in (("vector, one-shot", x2apic.LVT_TIMER, VECTOR_TIMER),
                             ("divisor (by 1: 0xb)", x2apic.TIMER_DIVIDE, 0xB)):
        check_that(f"the timer's {what}: MSR {msr:#x}", msr in apic.msrs, "is written", "is not")
        check(f"the timer's {what}", f"{value:#x}", f"{apic.msrs[msr]:#x}")
    apic.msrs[x2apic.TIMER_CURRENT] = ticks // 3
    check_read(apic, "lapic_timer_left", x2apic.TIMER_CURRENT, ticks // 3)


@exercise("3.2", weight=2, read=LOCAL)
def test_interrupts_for_others(machine: MachineFactory, rng: random.Random) -> None:
    """What stands in the interrupt command register for each kind, and for whom."""
    m = set_up(machine)
    for _ in range(3):
        number, vector = rng.randrange(1, 255), rng.randrange(0x20, 0xFF)
        page = rng.randrange(1, 0xA0)
        for what, arguments, low in (
                ("lapic_send", [number, vector], 0x4000 | vector),
                ("lapic_send_init", [number], 0x4500),
                ("lapic_send_startup", [number, page], 0x4600 | page),
                ("lapic_send_others", [vector], 0xC4000 | vector)):
            m.call(f"image:{what}", *arguments)
            found = lapic(m)
            check(f"{what}: the low half of the ICR", low, found["ICR"] & ~(1 << 12))
            if what != "lapic_send_others":
                check(f"{what}: whom it goes to", number, found["ICR2"] >> 24)
    m.call("image:model_poke", 0x20, number << 24)
    m.explain("An xAPIC's id stands in the register's highest eight bits (§10.4.6).")
    check("lapic_id", number, m.call("image:lapic_id") & 0xFFFFFFFF)


@exercise("3.2", read=LOCAL)
@pytest.mark.parametrize("enabled", [True, False], ids=["on", "off"])
def test_nothing_comes_between_the_halves(machine: MachineFactory, rng: random.Random,
                                          enabled: bool) -> None:
    """The two writes of a command are made with interrupts off; afterwards they are as before."""
    m = set_up(machine)
    number, vector = rng.randrange(1, 255), rng.randrange(0x20, 0xFF)
    registers = m.registers()
    home, top = registers["rip"], (registers["rsp"] - 512) & ~15
    m.write(top - 8, home.to_bytes(8, "little"))
    flags = registers["rflags"] & ~0x200 | (0x200 if enabled else 0)
    for name, value in (("rdi", number), ("rsi", vector), ("rsp", top - 8), ("rflags", flags),
                        ("rip", m.address("image:lapic_send"))):
        m.set_reg(name, value)
    before = lapic(m)
    seen = []
    for _ in range(300):
        if m.reg("rip") == home:
            break
        off = not m.reg("rflags") & 0x200
        m.step()
        after = lapic(m)
        for name in ("ICR2", "ICR"):
            if after[name] != before[name]:
                seen.append(name)
                check_that(f"interrupts when {name} is written", off, "off", "on",
                           hint="A handler that sends, too, would change where this goes.")
        before = after
    check("what is written, in order", ["ICR2", "ICR"], seen)
    check("interrupts are on when lapic_send returns", enabled, bool(m.reg("rflags") & 0x200))


@exercise("3.2", read=LOCAL)
def test_a_command_that_is_not_on_its_way_yet(machine: MachineFactory, rng: random.Random
                                              ) -> None:
    """lapic_send returns when ICR_PENDING has gone: memory stands in for an APIC that is slow."""
    m = set_up(machine)
    played, command = m.address("model_registers"), 0x4000 | rng.randrange(0x20, 0xFF)
    m.write("image:registers", struct.pack("<Q", played))
    registers = m.registers()
    home, top = registers["rip"], (registers["rsp"] - 512) & ~15
    m.write(top - 8, home.to_bytes(8, "little"))
    for name, value in (("rdi", 1), ("rsi", command & 0xFF), ("rsp", top - 8),
                        ("rip", m.address("image:lapic_send"))):
        m.set_reg(name, value)
    for _ in range(300):
        m.step()
        if m.u32(played + 0x300):
            break
    check("the low half of the ICR", f"{command:#x}", f"{m.u32(played + 0x300):#x}")
    m.write(played + 0x300, struct.pack("<I", command | 1 << 12))
    for _ in range(rng.randrange(100, 200)):
        m.step()
        check_that("lapic_send while ICR_PENDING (bit 12) is set", m.reg("rip") != home, "waits",
                   "has returned")
    m.write(played + 0x300, struct.pack("<I", command))
    for _ in range(300):
        if m.reg("rip") == home:
            break
        m.step()
    check("lapic_send returns when ICR_PENDING is clear", True, m.reg("rip") == home)


@exercise("3.2", weight=2, read=LOCAL)
def test_interrupt_after_interrupt(machine: MachineFactory, rng: random.Random) -> None:
    """A CPU interrupts itself many times: each one comes, so each one was ended."""
    m = set_up(machine)
    count = rng.randrange(20, 60)
    came = m.call("image:model_ipis", count)
    check("interrupts that came", count, came,
          hint="A second interrupt comes only after the first one's EOI (§10.8.5)." if came else
          "None at all: is the APIC enabled (spurious register), and the destination right?")
    check("interrupts in service", 0, lapic(m)["ISR"])


# -- the clock --------------------------------------------------------------------------------


def check_rate(m: Machine, ticks: int, khz: int = TSC_KHZ) -> None:
    """The clock against the TSC, over some milliseconds."""
    real = ticks * MS // khz
    found = m.call("image:model_rate", ticks)
    check_that(f"the clock's nanoseconds in {real}", abs(found - real) < real / 1000 + US,
               "the same to 0.1 %", found)


@exercise("3.2", weight=3, read=CLOCK)
@pytest.mark.parametrize("board", [Q35, "microvm"], ids=["q35", "microvm"])
def test_the_clock_is_right(machine: MachineFactory, rng: random.Random, board: str) -> None:
    """Nanoseconds are nanoseconds, to 0.1 %, after a measurement of at most 2 ms."""
    m = machine("apic_model", machine=board)
    m.run_to("image:clock_init")
    before = m.icount()
    m.run_to("image:cpus_init")
    took = (m.icount() - before) * NS_OF_INSTRUCTION
    check_that("the time that clock_init takes", took <= 2 * MS, "at most 2 ms",
               f"{took / MS:.2f} ms")
    m.set_reg("rip", m.address("image:model_count"))
    check_rate(m, rng.randrange(5 * MS, 10 * MS))
    found = lapic(m)
    check("the timer after clock_init", 0, found["initial_count"])
    check("interrupts that wait after clock_init", 0, found["IRR"])


@exercise("3.2", weight=2, read=CLOCK)
def test_any_speed_is_measured(machine: MachineFactory, rng: random.Random) -> None:
    """Counters of other speeds than this machine's: look() is played, and says what they would."""
    m = machine("apic_model", machine="microvm")
    m.run_to("image:clock_init")
    tsc_khz, timer_khz = rng.randrange(300_000, 6_000_000), rng.randrange(10_000, 1_500_000)
    start = rng.getrandbits(50)
    m.set_breakpoint("image:look")
    m.set_breakpoint("image:cpus_init")
    for turn in range(100):
        m.run()
        if m.here().symbol != "look":
            break
        pit = PIT_STEP * turn
        tsc, timer = (pit * khz * 1000 // PIT_HZ for khz in (tsc_khz, timer_khz))
        m.set_reg("rax", start + tsc)  # struct look
        m.set_reg("rdx", (0xFFF0 - pit & 0xFFFF) << 32 | (0xFFFF_FF00 - timer & 0xFFFF_FFFF))
        m.set_reg("rip", m.u64(m.reg("rsp")))
        m.set_reg("rsp", m.reg("rsp") + 8)
    m.explain(f"The TSC counted at {tsc_khz} kHz and the timer at {timer_khz} kHz; {turn} looks.")
    check("where measure() has ended", "cpus_init", m.here().symbol)
    for what, right in (("nanos_per_tick", 1e6 / tsc_khz), ("timer_per_nano", timer_khz / 1e6)):
        found = m.u64(f"image:{what}") / (1 << 32)
        check_that(what, abs(found - right) < right / 1000, f"{right:.5f}, to 0.1 %",
                   f"{found:.5f}")


@exercise("3.2", read=CLOCK)
def test_the_clock_that_we_are_told(machine: MachineFactory, rng: random.Random) -> None:
    """Where boot_info knows the speed of the TSC, that counts; and the timer follows it."""
    m = machine("apic_model", machine="microvm")
    m.run_to("image:clock_init")
    khz = rng.randrange(100_000, 5_000_000)
    m.write(m.u64("image:boot_info") + 76, struct.pack("<I", khz))
    m.run_to("image:cpus_init")
    m.set_reg("rip", m.address("image:model_count"))
    m.explain(f"boot_info->tsc_khz was {khz}, whatever the PIT says.")
    check_rate(m, rng.randrange(5 * MS, 10 * MS), khz)


@exercise("3.2", read=CLOCK)
def test_a_measurement_that_went_wrong(machine: MachineFactory, rng: random.Random) -> None:
    """The PIT has run over, as if the host had let the machine stand still: once more."""
    m = machine("apic_model", machine="microvm")
    m.run_to("image:look")
    m.run_to(m.u64(m.reg("rsp")))
    for port, value in ((0x43, 0x30), (0x40, rng.randrange(256)), (0x40, rng.randrange(20, 240))):
        m.outb(port, value)
    m.run_to("image:look")
    m.run_to(m.u64(m.reg("rsp")))
    m.set_reg("rdx", m.reg("rdx") | 1 << 48)  # look().over
    m.run_to("image:cpus_init")
    m.set_reg("rip", m.address("image:model_count"))
    m.explain("Between the first look and the second, the PIT reached 0 and began again at 65535.")
    check_rate(m, rng.randrange(5 * MS, 10 * MS))


@exercise("3.2", read=CLOCK)
def test_a_machine_without_a_pit(machine: MachineFactory) -> None:
    """There is nothing to measure by: that is said, and the machine does not hang."""
    m = machine("apic_model", machine="microvm,pit=off")
    outcome = m.run_expect(Kind.PANIC)
    check_that("the console", "PIT" in outcome.console, "a line about the PIT", outcome.console)


@exercise("3.2", weight=2, read=CLOCK)
def test_the_clock_after_years(machine: MachineFactory, rng: random.Random) -> None:
    """The TSC has counted for years, and no product has run over."""
    m = set_up(machine)
    years = rng.uniform(2, 200)
    ticks = int(years * 365 * 86400 * SECOND)
    start = m.u64("image:clock_start")
    m.write("image:clock_start", struct.pack("<Q", start - ticks & (1 << 64) - 1))
    m.explain("64 bits for ticks times nanoseconds are full after seconds.")
    found = m.call("image:clock_now") / (365 * 86400 * SECOND)
    check_that(f"the clock after {years:.3f} years", abs(found - years) < years / 1000,
               "the same to 0.1 %", f"{found:.3f} years")


@exercise("3.2", weight=3, read=CLOCK)
def test_an_interrupt_on_time(machine: MachineFactory, rng: random.Random) -> None:
    """From microseconds to seconds: the timer interrupts once, when it should."""
    m = set_up(machine)
    for low, high in ((2 * US, 20 * US), (100 * US, MS), (MS, 50 * MS), (SECOND, 4 * SECOND)):
        time = rng.randrange(low, high)
        came = m.call("image:model_timer", time, 0)
        check(f"interrupts of a timer set to {time} ns from now", 1, m.u64("image:model_count"))
        check_that(f"the time of a timer set to {time} ns from now",
                   -time / 1000 - US < came - time < time / 1000 + 5 * US,
                   "within 0.1 %, 1 µs early or 5 µs late", f"{came} ns")
    found = lapic(m)
    check("interrupts in service", 0, found["ISR"])
    check("the timer's divisor", 1, found["divide"])


@exercise("3.2", weight=2, read=CLOCK)
def test_deadlines_at_the_edges(machine: MachineFactory, rng: random.Random) -> None:
    """Past, now, never, too far for the timer; and one that takes another's place."""
    m = set_up(machine)
    for what, deadline in (("0", 0), ("that has passed", m.call("image:clock_now") - 10)):
        came = m.call("image:model_timer_at", deadline, 50 * US)
        check(f"interrupts of a deadline {what}", 1, m.u64("image:model_count"))
        check_that(f"the time of a deadline {what}", 0 < came < 10 * US, "right away",
                   f"{came} ns")
    came = m.call("image:model_timer", 1, 0)
    check_that("the time of a deadline 1 ns from now", came < 10 * US, "right away", f"{came} ns")
    first, second = rng.randrange(MS, 5 * MS), rng.randrange(6 * MS, 9 * MS)
    for time, then in ((first, second), (second, first)):
        came = m.call("image:model_timer", time, then)
        check("interrupts of a timer that was set twice", 1, m.u64("image:model_count"))
        check_that(f"the time of a timer set to {time} and then to {then} ns",
                   abs(came - then) < then / 1000 + 5 * US, "the second one's", f"{came} ns")
    for far in ((1 << 64) - 2, m.call("image:clock_now") + rng.randrange(10, 10_000) * SECOND):
        came = m.call("image:model_timer_at", far, 10 * US)
        check(f"interrupts of a deadline of {far} ns, in 10 µs", 0, m.u64("image:model_count"))
        check_that("the timer's count", lapic(m)["initial_count"] > 0xFFFF_0000,
                   "as much as 32 bits hold", lapic(m)["initial_count"])
        m.call("image:model_timer_at", NEVER, 0)  # it may have come since
    m.call("image:model_timer_at", m.call("image:clock_now") + MS, 0)
    m.call("image:model_timer_at", NEVER, 0)
    m.call("image:model_timer_at", NEVER, 3 * MS)
    check("interrupts after the timer was switched off", 0, m.u64("image:model_count"))
    check("the timer's count", 0, lapic(m)["initial_count"])


# -- PICs and I/O APIC ------------------------------------------------------------------------


@exercise("3.2", weight=2, read=DEVICES)
@pytest.mark.parametrize("board", [Q35, "microvm"], ids=["q35", "microvm"])
def test_the_pics_keep_quiet(machine: MachineFactory, board: str) -> None:
    """Masked, in 8086 mode, and their vectors far from exceptions."""
    m = machine("apic_model", machine=board)
    m.run_to("image:ioapic_init")
    for port in (0x21, 0xA1):
        m.outb(port, 0)  # as if firmware had left all of them open
    m.run_to("image:cpus_init")
    text = m.hmp("info pic")
    for name, base in (("pic0", 0xE0), ("pic1", 0xE8)):
        line = re.search(rf"^{name}: .*", text, re.MULTILINE)[0]  # type: ignore[index]
        fields = {key: int(value, 16) for key, value in re.findall(r"(\w+)=([0-9a-f]+)", line)}
        check(f"{name}: its mask", 0xFF, fields["imr"])
        check(f"{name}: its first vector", base, fields["irq_base"])
        check(f"{name}: interrupts in service", 0, fields["isr"])
    if board == Q35:
        check("inputs of the I/O APIC that are masked", [MASKED] * 24,
              [pin & MASKED for pin in pins(m)])
    m.set_reg("rip", m.address("image:model_count"))
    m.explain("With interrupts on, nothing may come: there is no handler for it.")
    m.call("image:model_ticks", 0x62, 5 * MS)


@exercise("3.2", weight=3, read=DEVICES)
def test_from_a_device_to_a_processor(machine: MachineFactory, rng: random.Random) -> None:
    """Where overrides lead: the input, polarity and trigger mode, vector and CPU."""
    m = set_up(machine, Q35, at="ioapic_init")
    every = rng.sample(range(16), 16)  # four kinds of polarity times four of trigger mode
    for kinds in (every[0:4], every[4:8], every[8:12], every[12:16]):
        irqs = rng.sample(range(16), 16)
        gsis = rng.sample(range(24), 4)
        overrides = list(zip(irqs, gsis, kinds))
        platform = bytearray(488)
        struct.pack_into("<Q", platform, 280, 0xFEC00000)
        struct.pack_into("<I", platform, 288, len(overrides))
        for index, (irq, gsi, flags) in enumerate(overrides):
            struct.pack_into("<B3xIH", platform, 292 + 12 * index, irq, gsi, flags)
        m.call("image:ioapic_init", bytes(platform))
        check("inputs that are masked after ioapic_init", [MASKED] * 24,
              [pin & MASKED for pin in pins(m)])
        for irq in rng.sample(irqs[:8], 8):  # half of them have an override
            vector, cpu = rng.randrange(0x20, 0xFF), rng.randrange(256)
            gsi, flags = next((rest for one, *rest in overrides if one == irq), (irq, 0))
            low = vector | (1 << 13 if flags & 3 == 3 else 0) | (1 << 15 if flags >> 2 == 3 else 0)
            m.explain(f"The overrides (irq, gsi, flags) are {overrides}.")
            what = f"ioapic_route({irq}, {vector:#x}, {cpu})"
            check(what, 0, signed(m.call("image:ioapic_route", irq, vector, cpu)))
            # Bits 12 and 14 are the I/O APIC's own.
            check(f"{what}: input {gsi}", f"{cpu << 56 | low:#018x}",
                  f"{pins(m)[gsi] & ~0x5000:#018x}")


@exercise("3.2", read=DEVICES)
def test_routes_that_lead_nowhere(machine: MachineFactory, rng: random.Random) -> None:
    """No such input, no such CPU, no I/O APIC at all: -ENODEV, and nothing has changed."""
    m = set_up(machine, Q35)
    platform = bytearray(488)
    struct.pack_into("<Q", platform, 280, 0xFEC00000)
    struct.pack_into("<I", platform, 288, 1)
    struct.pack_into("<B3xIH", platform, 292, 7, rng.choice([24, 100, 0xFFFFFFFF]), 0)
    m.call("image:ioapic_init", bytes(platform))
    for irq, cpu in ((7, 0), (24, 0), (rng.randrange(25, 1000), 1), (3, 256), (3, 0x10001)):
        found = signed(m.call("image:ioapic_route", irq, 0x70, cpu))
        check(f"ioapic_route({irq}, 0x70, {cpu})", -ENODEV, found)
        check("inputs that are masked", [MASKED] * 24, [pin & MASKED for pin in pins(m)])
    m = set_up(machine, "microvm,acpi=off")
    check("ioapic_route on a machine without an I/O APIC", -ENODEV,
          signed(m.call("image:ioapic_route", 4, 0x70, 0)))


@exercise("3.2", read=DEVICES)
def test_an_entry_is_never_half_right(machine: MachineFactory, rng: random.Random) -> None:
    """An input is unmasked when all of its entry is written, and no sooner."""
    m = set_up(machine, Q35)
    irq, vector, cpu = rng.randrange(3, 16), rng.randrange(0x20, 0xFF), rng.randrange(1, 255)
    registers = m.registers()
    home, top = registers["rip"], (registers["rsp"] - 512) & ~15
    m.write(top - 8, home.to_bytes(8, "little"))
    for name, value in (("rdi", irq), ("rsi", vector), ("rdx", cpu), ("rsp", top - 8),
                        ("rip", m.address("image:ioapic_route"))):
        m.set_reg(name, value)
    for _ in range(500):
        if m.reg("rip") == home:
            break
        m.step()
        entry = pins(m)[irq]
        check_that(f"input {irq} while ioapic_route works", entry & MASKED or
                   (entry >> 56, entry & 0xFF) == (cpu, vector),
                   f"masked, or vector {vector:#x} for CPU {cpu}", f"{entry:#018x}")
    check("ioapic_route returns", home, m.reg("rip"))
    check(f"input {irq}", (cpu, vector), (pins(m)[irq] >> 56, pins(m)[irq] & 0xFF))


@exercise("3.2", weight=2, read=DEVICES)
def test_a_device_interrupts(machine: MachineFactory, rng: random.Random) -> None:
    """The PIT ticks 51,877 times a second, and every tick arrives where it was sent."""
    m = set_up(machine, Q35)
    vector = rng.randrange(0x50, 0xE0)
    check("ioapic_route", 0, signed(m.call("image:ioapic_route", 0, vector, 0)))
    ticks = m.call("image:model_ticks", vector, 5 * MS)
    check_that("ticks in 5 ms", 255 <= ticks <= 263, "some 259", ticks,
               hint="An interrupt without EOI is the last of its kind." if ticks else
               "None at all: is the local APIC enabled, and the entry unmasked?")

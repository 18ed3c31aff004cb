"""Exercise 1.3: the serial console; the grader calls its functions in a stopped machine."""

import random

from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine

COM1 = 0x3F8
DATA, IER, IIR, LCR, MCR, LSR = range(COM1, COM1 + 6)
DLAB, DATA_READY = 0x80, 0x01
EAGAIN = 11
SOME_TIME = 20_000  # instructions; a machine that sends one byte needs about 10


def at_c(machine: MachineFactory, **options: object) -> Machine:
    """A machine with a stack and page tables, in which nothing else has happened yet."""
    m = machine(**options)
    m.run_to("loader_main")
    return m


def signed(value: int) -> int:
    """A C int from rax."""
    return (value & 0xFFFFFFFF) - (1 << 32 if value & 1 << 31 else 0)


def same_text(expected: bytes, found: bytes) -> None:
    """Compare long texts, and show only where they part."""
    if expected == found:
        return
    at = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b),
              min(len(expected), len(found)))
    fail(f"what the console got differs from byte {at} on",
         f"{len(expected)} bytes, there {expected[at:at + 16]!r}",
         f"{len(found)} bytes, there {found[at:at + 16]!r}")


@exercise("1.3", weight=3, read="set the line up")
def test_line_is_set_up(machine: MachineFactory, rng: random.Random) -> None:
    """Whatever the registers held: 115200 bit/s, 8 bits, no parity, no FIFO, no interrupts."""
    m = at_c(machine)
    m.outb(LCR, DLAB | rng.randrange(0x20))
    m.outb(DATA, rng.randrange(2, 256))
    m.outb(IER, rng.randrange(1, 256))
    m.outb(LCR, rng.randrange(0x40) & ~3)
    m.outb(IER, 0x0F)
    m.outb(MCR, rng.randrange(4) << 2 & 0x0C)
    m.call("uart_init")
    check("LCR: 8 bits, no parity, 1 stop bit, DLAB clear", 0x03, m.inb(LCR))
    check("IER: no interrupts", 0, m.inb(IER))
    check("MCR: DTR and RTS", 0x03, m.inb(MCR) & 0x13)
    check("IIR, bits 6 and 7: the FIFOs are off", 0, m.inb(IIR) >> 6)
    m.outb(LCR, m.inb(LCR) | DLAB)
    check("the divisor (DLM and DLL)", 1, m.inb(IER) << 8 | m.inb(DATA),
          hint="115200 bit/s is the clock divided by 1.")


@exercise("1.3", weight=2, read="send a byte")
def test_text_arrives_exactly(machine: MachineFactory, rng: random.Random) -> None:
    """Every byte as it is, and each line end as carriage return and line feed."""
    m = at_c(machine)
    m.call("uart_init")
    text = bytes(rng.choice([byte for byte in range(256) if byte not in b"\n"])
                 for _ in range(600)) + bytes(byte for byte in range(256) if byte != 10)
    m.call("uart_write", text, len(text))
    m.call("uart_drain")
    same_text(text, bytes(m.console_bytes))

    lines = "".join(f"{rng.randrange(10 ** 6)}\n" * rng.randrange(1, 3) for _ in range(5)) + "\n\nx"
    m.console_bytes.clear()
    m.call("uart_write", lines.encode(), len(lines))
    m.call("uart_drain")
    m.explain("Each line end goes out as carriage return and line feed, in this order.")
    same_text(lines.replace("\n", "\r\n").encode(), bytes(m.console_bytes))


@exercise("1.3", weight=3, read="send a byte")
def test_a_slow_line_loses_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """4 KiB at once on a line that takes its time: every byte arrives."""
    m = at_c(machine, serial_stall=SOME_TIME)
    m.explain("Before each byte, wait until the line status says that the UART can take it.")
    m.call("uart_init")
    text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789 ") for _ in range(4096))
    m.call("kprintf", b"%s", text.encode())
    m.call("uart_drain")
    same_text(text.encode(), bytes(m.console_bytes))


@exercise("1.3", weight=2, read="take a received byte")
def test_input_arrives(machine: MachineFactory, rng: random.Random) -> None:
    """No byte: -EAGAIN, at once. Then each byte once, in order, also one that came too early."""
    m = at_c(machine)
    early = rng.randrange(1, 256)
    type_byte(m, early)
    m.call("uart_init")
    found = signed(m.call("uart_read"))
    check("the byte that was typed before uart_init", early, found,
          hint="Does something in uart_init throw received bytes away? See the FIFO control."
          if found == -EAGAIN else "uart_read returns a byte as a number from 0 to 255.")
    check("uart_read when nothing has come", -EAGAIN, signed(m.call("uart_read")))
    for byte in [0, 255, 10, 13, *(rng.randrange(256) for _ in range(10))]:
        type_byte(m, byte)
        check("uart_read", byte, signed(m.call("uart_read")))
        check("uart_read when nothing more has come", -EAGAIN, signed(m.call("uart_read")))
    check_that("input is not sent back", not m.console_bytes, "no output",
               bytes(m.console_bytes[:20]))


def type_byte(m: Machine, byte: int) -> None:
    """Sends a byte, and comes back when the UART has received it."""
    m.send(bytes([byte]))
    for _ in range(10_000):  # each look gives QEMU a turn; no time is waited for
        if m.inb(LSR) & DATA_READY:
            return
    fail("the UART receives nothing", "data ready in the line status", "nothing",
         hint="Is it in loopback mode (MCR bit 4)?")

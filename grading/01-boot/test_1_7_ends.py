"""Exercise 1.7: orderly ends; and with them, the first whole programs."""

import random
import re

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.faultreport import backtrace_lines
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.x86 import RFLAGS_IF

SOME_TIME = 2_000_000  # instructions; a printed byte takes some dozens


@exercise("1.7", weight=4, read="end with a status")
@pytest.mark.parametrize("how", ["", " call"], ids=["return", "exit"])
def test_status_reaches_the_host(machine: MachineFactory, rng: random.Random, how: str) -> None:
    """The low 8 bits of what main returns, or exit is given, are what the host learns."""
    for status in (0, 1, 42, 255, -1, rng.randrange(257, 65536)):
        m = machine(app="exit", args=f"{status}{how}", machine="microvm")
        m.explain(f"The program ends with {status}; the report line wants {status} & 0xff, "
                  "a number from 0 to 255.")
        outcome = m.run_expect_exit(status & 0xFF)
        check("the console's last line", f"ending with {status}",
              outcome.console.rstrip().rpartition("\n")[2])
        m.close()


def run_on_a_slow_line(m: Machine, size: int) -> None:
    """Run to the end; the last of `size` bytes leave the UART only when the machine waits."""
    m.hold_line(after=size - 2)
    m.run(budget=SOME_TIME)
    m.release_line()
    m.run()


@exercise("1.7", weight=3, read="end with a status")
def test_what_was_printed_arrives(machine: MachineFactory, rng: random.Random) -> None:
    """4 KiB by one printf, and then the end, while the line holds up the last bytes."""
    text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz \n%") for _ in range(4096))
    wanted = text.replace("\n", "\r\n")
    m = machine(app="console", modules=[(text.encode(), "")])
    m.explain("The machine may only be gone when the last byte has left the UART.")
    m.run_to("image:main")
    before = len(m.console)
    run_on_a_slow_line(m, len(wanted))
    found = m.run_expect_exit(0).console[before:]
    if found != wanted:
        fail("the text on the console is not the one that was printed",
             f"{len(wanted)} bytes that end with {wanted[-30:]!r}",
             f"{len(found)} bytes that end with {found[-30:]!r}")


def about_to_panic(machine: MachineFactory, text: str, number: int) -> Machine:
    """A machine five calls deep, at the first instruction of panic("%s, %u, %s", …)."""
    m = machine(app="frames", args="panic text")
    m.run_to("image:panic")
    at = m.address("kernel_stack") + 4096
    m.write(at, b"%s, %u, %s\0" + text.encode() + b"\0")
    for register, value in {"rdi": at, "rsi": at + 11, "rdx": number, "rcx": at + 12}.items():
        m.set_reg(register, value)
    return m


@exercise("1.7", weight=5, read="give up, and say where")
def test_panic_says_what_and_where(machine: MachineFactory, rng: random.Random) -> None:
    """The text, the callers by name, the report line, and the machine's end."""
    text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(20)) + " %s"
    number = rng.randrange(1 << 32)
    said = f"{text}, {number}, {text[1:]}"
    m = about_to_panic(machine, text, number)
    before = len(m.console)
    outcome = m.run_expect(Kind.PANIC)
    lines = outcome.console.replace("\r", "").splitlines()
    if f"panic: {said}" not in lines:
        fail("the console shows the panic's text", f"panic: {said}", outcome.console[before:])
    check("the report line", f"panic {said}", outcome.reports[-1])
    at = lines.index(f"panic: {said}")
    check("the line below it", "backtrace:", lines[at + 1] if at + 1 < len(lines) else "")
    names = [place.split("+")[0] for _, place in backtrace_lines(lines[at + 2:])]
    check("the functions of the backtrace",
          ["panic", "fifth", "fourth", "third", "second", "first", "main", "kernel_main", "_start"],
          names)

    slow = about_to_panic(machine, text, number)
    run_on_a_slow_line(slow, len(outcome.console) - before)
    check("the end of the console, on a slow line", outcome.console[-40:],
          slow.run_expect(Kind.PANIC).console[-40:],
          hint="The machine may only be gone when the last byte has left the UART.")


@exercise("1.7", weight=1, read="give up, and say where")
def test_panic_switches_interrupts_off(machine: MachineFactory) -> None:
    """Whatever the interrupt flag was, nothing comes between a panic and its end."""
    m = machine(app="frames", args="panic text")
    m.run_to("image:panic")
    m.outb(0x21, 0xFF)  # no device's interrupt is to come before the first instruction
    m.outb(0xA1, 0xFF)
    m.set_reg("rflags", m.reg("rflags") | RFLAGS_IF)
    m.run_to("image:backtrace_print")
    check("the interrupt flag, while the backtrace is printed", 0, m.reg("rflags") & RFLAGS_IF)


@exercise("1.7", weight=2, read="give up, and say where")
def test_panic_in_a_panic_ends(machine: MachineFactory) -> None:
    """When printing the panic panics, the machine still ends, and says it once."""
    m = machine(app="frames", args="panic first")
    m.run_to("backtrace_print")
    m.set_reg("rsp", m.reg("rsp") - 8)
    m.set_reg("rdi", m.address("image:trap_dispatch"))  # any text: it is not to be printed
    m.set_reg("rip", m.address("image:panic"))
    m.set_reg("rsp", (m.reg("rsp") & ~15) - 8)
    outcome = m.run_expect(Kind.PANIC)
    check("how often the console says panic", 1, outcome.console.count("panic: "))


@exercise("1.7", weight=2, read="end with a status")
def test_arguments_arrive(machine: MachineFactory, rng: random.Random) -> None:
    """main gets its arguments: none, quoted ones, and 4 KiB of them."""
    words = ["".join(rng.choice("abcxyz") for _ in range(rng.randrange(1, 9))) for _ in range(4)]
    long = " ".join("".join(rng.choice("0123456789") for _ in range(99)) for _ in range(40))
    for line, wanted in {
        "": [],
        f"{words[0]}  '{words[1]} {words[2]}' \"{words[3]} '\" \\\" x\\ y":
            [words[0], f"{words[1]} {words[2]}", f"{words[3]} '", '"', "x y"],
        "'' end": ["", "end"],
        long: long.split(),
    }.items():
        m = machine(app="args", args=line, machine="microvm")
        outcome = m.run_expect_exit(0)
        found = [bytes.fromhex(text).decode(errors="replace")
                 for text in re.findall(r"^# argv\d+ ?([0-9a-f]*)$", "\n".join(outcome.tap), re.M)]
        check(f"argv for the command line {line[:60]!r}", ["args.elf", *wanted], found)
        check_that("argv ends with NULL", "# end NULL" in outcome.tap, "NULL", "something else")
        m.close()


@exercise("1.7", weight=2, read="end with a status")
def test_modules_arrive(machine: MachineFactory, rng: random.Random) -> None:
    """The application sees its modules' bytes, and a memory map that does not call them free."""
    contents = [rng.randbytes(size) for size in (1, 5000, 70_000)]
    m = machine(app="bootinfo", modules=[(data, f"number {i}") for i, data in enumerate(contents)])
    outcome = m.run_expect_exit(0)
    found = [line.split(" ", 5)[2:] for line in outcome.tap if line.startswith("# module")]
    check("the modules that the application sees", len(contents), len(found))
    for i, (data, (base, size, checksum, text)) in enumerate(zip(contents, found)):
        check(f"module {i}: size, checksum, text",
              (hex(len(data)), hex(fnv1a(data)), m.spec.modules[i + 1]), (size, checksum, text))


def fnv1a(data: bytes) -> int:
    """The 64-bit hash that the application computes."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


@exercise("1.7", weight=1, read="end with a status")
def test_typed_input_arrives(machine: MachineFactory, rng: random.Random) -> None:
    """What is typed before and while the program runs, it reads, each byte once."""
    typed = bytes(rng.randrange(32, 127) for _ in range(300))
    m = machine(app="cat", args=str(len(typed)))
    m.send(typed)
    outcome = m.run_expect_exit(0)
    found = bytes(int(line.split()[2], 16) for line in outcome.tap if line.startswith("# byte"))
    check("the bytes that the program has read", typed, found)

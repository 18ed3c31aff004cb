"""Exercise 1.1: the multiboot header and the 32-bit entry."""

import random
import struct

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.elfsym import read_symbols
from pagurus.lab import Lab, MachineFactory
from pagurus.outcome import Kind
from pagurus.verdict import MachineEnded
from pagurus.x86 import RFLAGS_DF, RFLAGS_IF

HEADER_MAGIC = 0x1BADB002
BOOT_MAGIC = 0x2BADB002
FLAGS = {0: "modules on page boundaries", 1: "a memory map", 16: "the address fields"}
RDI, RSI = "rdi", "rsi"  # the stub calls edi and esi so, too

# For a leaf that it does not have, a processor answers with its highest basic one: here leaf 0,
# whose edx holds four letters of the vendor's name, with bit 29 set.
NO_SUCH_LEAF = "pentium,level=0,vendor=AuthenticAMD"


@exercise("1.1", weight=3, read="the multiboot header")
def test_header_is_valid(lab: Lab, machine: MachineFactory) -> None:
    """A boot loader finds a header that adds up, and that describes this file."""
    data = lab.loader.read_bytes()
    at = next((i for i in range(0, 8192 - 31, 4)
               if data[i:i + 4] == struct.pack("<I", HEADER_MAGIC)), None)
    if at is None:
        outcome = machine().run()  # the safety net of the loader says what is missing
        if outcome.kind is Kind.TODO:
            raise MachineEnded(outcome, "the machine boots")
        fail("there is no multiboot magic number in the first 8 KiB of loader.elf",
             f"{HEADER_MAGIC:#x}, 4-byte aligned", "none")
    magic, flags, checksum, header, load, load_end, bss_end, entry = struct.unpack_from(
        "<8I", data, at)
    check("magic + flags + checksum, in 32 bits", 0, (magic + flags + checksum) & 0xFFFFFFFF)
    for bit, meaning in FLAGS.items():
        check_that(f"flag {bit} of the header asks for {meaning}", bool(flags >> bit & 1),
                   "set", f"clear (flags {flags:#x})")
    names = read_symbols(lab.loader).by_name
    for field, symbol, found in (
        ("header_addr", "multiboot_header", header), ("load_addr", "loader_start", load),
        ("load_end_addr", "loader_data_end", load_end), ("bss_end_addr", "loader_bss_end", bss_end),
        ("entry_addr", "_start", entry),
    ):
        check(field, names[symbol].address, found)


@exercise("1.1", weight=4, read="the 32-bit entry")
def test_entry_hands_on_magic_and_information(
    machine: MachineFactory, rng: random.Random
) -> None:
    """The next step gets what the boot loader left in eax and ebx, and a stack."""
    m = machine(args="some arguments")
    m.run_to("_start")
    information = m.reg("rbx") & 0xFFFFFFFF
    check("eax at the entry (multiboot's magic number)", BOOT_MAGIC, m.reg("rax") & 0xFFFFFFFF)
    # Nothing is promised of the others.
    m.set_reg("rbp", rng.randrange(1 << 32))
    m.set_reg("rflags", m.reg("rflags") | RFLAGS_DF)
    m.run_to("long_mode_enter")
    check("edi, the magic number", BOOT_MAGIC, m.reg(RDI) & 0xFFFFFFFF,
          hint="CPUID overwrites eax, ebx, ecx and edx.")
    check("esi, the address of the information", information, m.reg(RSI) & 0xFFFFFFFF,
          hint="CPUID overwrites eax, ebx, ecx and edx.")
    check("esp, the stack", m.address("boot_stack_top"), m.reg("rsp") & 0xFFFFFFFF,
          hint="A stack grows down: it starts at its end.")
    check("ebp, where a backtrace ends", 0, m.reg("rbp") & 0xFFFFFFFF)
    check("the direction flag", 0, m.reg("rflags") & RFLAGS_DF)
    check("the interrupt flag", 0, m.reg("rflags") & RFLAGS_IF)
    check("the width of the code", 32, m.mode())


@exercise("1.1", weight=3, read="the 32-bit entry")
@pytest.mark.parametrize("cpu", ["qemu32", "pentium", NO_SUCH_LEAF],
                         ids=["qemu32", "pentium", "no_such_leaf"])
def test_refuses_a_machine_without_long_mode(machine: MachineFactory, cpu: str) -> None:
    """A 32-bit processor gets a sentence, not a crash; one with long mode is not refused."""
    has_all = machine(cpu="qemu64,xlevel=0x80000001")
    has_all.explain("This processor has long mode; 0x80000001 is its highest extended leaf.")
    has_all.run_to("long_mode_enter")
    m = machine(cpu=cpu)
    m.explain("First ask CPUID 0x80000000 whether leaf 0x80000001 exists; then look at its bit 29.")
    outcome = m.run_expect(Kind.REFUSED)
    check_that("the console says what is missing",
               "long mode: this processor has none" in outcome.console,
               "the text at no_long_mode", outcome.console)

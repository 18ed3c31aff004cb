"""Exercise 1.2: the first page tables, and the way into long mode."""

import struct

from pagurus import x86
from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.machine import Machine

GIB = 1 << 30
BOOT_MAGIC = 0x2BADB002


def in_c(machine: MachineFactory) -> Machine:
    """A machine at the first instruction of the loader's C code."""
    m = machine()
    m.run_to("loader_main")
    return m


@exercise("1.2", weight=3, read="into long mode")
def test_long_mode_is_on(machine: MachineFactory) -> None:
    """64-bit code runs, with paging, no-execute and write protection."""
    m = in_c(machine)
    check("the width of the code in loader_main", 64, m.mode())
    for register, bits in {
        "cr0": {"PE": x86.CR0_PE, "PG": x86.CR0_PG, "WP": x86.CR0_WP},
        "cr4": {"PAE": x86.CR4_PAE},
        "efer": {"LME": x86.EFER_LME, "LMA": x86.EFER_LMA, "NXE": x86.EFER_NXE},
    }.items():
        for name, bit in bits.items():
            check_that(f"{register.upper()}.{name}", bool(m.reg(register) & bit), "set",
                       f"clear ({register} = {m.reg(register):#x})")
    check("interrupts are off (RFLAGS.IF)", 0, m.reg("rflags") & x86.RFLAGS_IF)


@exercise("1.2", weight=5, read="the first page tables")
def test_low_4_gib_are_mapped_one_to_one(machine: MachineFactory) -> None:
    """Every entry of every table: page 0 absent, all else below 4 GiB at its own address."""
    m = in_c(machine)
    found = x86.mappings(lambda at, size: m.read(at, size, physical=True), m.reg("cr3"))
    check_that("something is mapped", bool(found), "tables at CR3", f"none at {m.reg('cr3'):#x}")
    check_that("page 0 is absent, so that null pointers fault",
               x86.translate(found, 0) is None, "absent", str(found[0]))
    check("the first address that is mapped", 4096, found[0].virtual)
    for one in found:
        check(f"the physical address of virtual {one.virtual:#x}", one.virtual, one.physical)
        check_that(f"{one.virtual:#x} is writable at all levels", one.writable, "writable", str(one))
        check_that(f"{one.virtual:#x} is for the kernel only", not one.user, "U/S = 0", str(one))
    check("the parts that are mapped", [(4096, 4 * GIB)], [(one.virtual, one.end) for one in found],
          hint="Four page directories of 512 entries, each entry 2 MiB.")


@exercise("1.2", weight=3, read="the descriptors")
def test_segments_are_right(machine: MachineFactory) -> None:
    """CS is 64-bit code and the data segments are writable data, of the loader's own table."""
    m = in_c(machine)
    base, limit = m.tables()["gdt"]
    check("GDTR's base", m.address("boot_gdt"), base)
    check("GDTR's limit, the table's size minus one", 3 * 8 - 1, limit)
    entries = [x86.Descriptor(raw) for raw in struct.unpack("<3Q", m.read(base, 24))]
    check("the null descriptor", 0, entries[0].raw)
    check("CS", 0x08, m.reg("cs"))
    code = entries[1]
    for name, right in {"present": code.present, "code": code.code, "DPL 0": code.dpl == 0,
                        "64-bit (L = 1, D = 0)": code.long}.items():
        check_that(f"the code descriptor is {name}", right, name, f"{code.raw:#018x}")
    for register in ("ds", "es", "ss"):
        check(register.upper(), 0x10, m.reg(register))
    data = entries[2]
    for name, right in {"present": data.present, "data": data.data, "DPL 0": data.dpl == 0,
                        "writable": data.writable}.items():
        check_that(f"the data descriptor is {name}", right, name, f"{data.raw:#018x}")


@exercise("1.2", weight=4, read="the first 64-bit instructions")
def test_c_gets_arguments_and_a_stack(machine: MachineFactory) -> None:
    """loader_main is called as the ABI says: arguments in rdi and rsi, the stack aligned."""
    m = machine()
    m.run_to("_start")
    information = m.reg("rbx") & 0xFFFFFFFF
    m.run_to("long_mode")
    # What the switch leaves in the upper halves is undefined: here it is dirt.
    for register in ("rdi", "rsi"):
        m.set_reg(register, m.reg(register) | 0xDEAD0000 << 32)
    m.run_to("loader_main")
    check("rdi, the magic number in 64 bits", BOOT_MAGIC, m.reg("rdi"),
          hint="A 32-bit move to itself clears a register's upper half.")
    check("rsi, the information's address in 64 bits", information, m.reg("rsi"),
          hint="A 32-bit move to itself clears a register's upper half.")
    low, high = m.address("boot_stack"), m.address("boot_stack_top")
    check_that("rsp lies on the boot stack", low < m.reg("rsp") < high, f"{low:#x}-{high:#x}",
               f"{m.reg('rsp'):#x}")
    check("rsp modulo 16 at the function's entry, behind the return address", 8,
          m.reg("rsp") % 16, hint="CALL pushes 8 bytes; C expects 16-byte alignment before it.")
    check("rbp, where a backtrace ends", 0, m.reg("rbp"))

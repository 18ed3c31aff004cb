"""common/gdb: what pt, regs, idt, gdt and bootinfo print is what the monitor says, everywhere."""

import random
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import ROOT, Gdb, GdbError, Monitor, Session, Start, build_images, sessions
from pagurus import bootinfo

PHYSICAL = 0x000F_FFFF_FFFF_F000


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "01", "hello", "fault", "frames", "resume")


@pytest.fixture(scope="module")
def start(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts sessions, and ends them after the module's last test."""
    with sessions(images, tmp_path_factory) as begin:
        yield begin


@pytest.fixture(scope="module")
def at_start(start: Start) -> Session:
    """At the loader's first instruction, in 32-bit code."""
    return start("*_start")


@pytest.fixture(scope="module")
def at_loader_main(start: Start) -> Session:
    """In the loader, in long mode."""
    return start("loader_main")


WORDS = [f"{random.Random().randrange(1 << 40):x}" for _ in range(4)]


@pytest.fixture(scope="module")
def at_main(start: Start, images: Path) -> Session:
    """In the application, with arguments and modules that nobody knows beforehand."""
    (images / "mod1").write_bytes(b"1" * random.randrange(1, 9999))
    (images / "mod2").write_bytes(b"")
    return start("main", args=f'"{WORDS[0]}" {WORDS[1]}',
                 modules=(f"mod1 {WORDS[2]}", f"mod2 {WORDS[3]}"))


@pytest.fixture(scope="module")
def no_machine(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gdb]:
    """GDB with symbols and commands, and nothing to debug."""
    gdb = Gdb(tmp_path_factory.mktemp("gdb"))
    gdb(f"source {ROOT}/common/gdb/pagurus.py")
    gdb(f"file {images}/loader.elf")
    yield gdb
    assert "Traceback" not in gdb.close()


# -- pt ---------------------------------------------------------------------------------------


def true_walk(qmp: Monitor, address: int) -> list[tuple[str, int, int]]:
    """(name, physical address of the entry, entry) of each level, read through the monitor."""
    table, found = qmp.registers()["cr3"], []
    for level, name in ((4, "PML4"), (3, "PDPT"), (2, "PD"), (1, "PT")):
        index = address >> (12 + 9 * (level - 1)) & 511
        where = (table & PHYSICAL) + 8 * index
        table = qmp.u64(where)
        found.append((f"{name}[{index}]", where, table))
        if not table & 1 or (level < 4 and table & 0x80):
            break
    return found


def shown_walk(lines: list[str]) -> list[tuple[str, int, int]]:
    """The same out of what pt printed."""
    matches = (re.match(r"  (\S+) +at (0x\w+): (0x\w+)  ", line) for line in lines)
    return [(match[1], int(match[2], 16), int(match[3], 16)) for match in matches if match]


def check_walk(session: Session, expression: str, address: int) -> list[str]:
    """pt agrees with the monitor: every entry, and where the address ends up."""
    lines = session.gdb.lines(f"pt {expression}")
    assert lines[0].startswith(f"{address:#x}")
    assert shown_walk(lines) == true_walk(session.qmp, address)
    end = re.match(r"gpa: (0x\w+)", session.qmp.hmp(f"gva2gpa {address:#x}"))
    if end:
        assert f"physical {int(end[1], 16):#x}," in "\n".join(lines)
    else:
        assert lines[-1].startswith("not mapped: ")
    return lines


def test_pt_says_that_paging_is_off(at_start: Session) -> None:
    assert at_start.gdb("pt 0x1234") == (
        "0x1234: paging is off (CR0.PG = 0), so this is the physical address\n")
    label = at_start.loader["boot_pml4"].address
    assert at_start.gdb("pt boot_pml4").startswith(f"{label:#x}: paging is off")


def test_pt_walks_small_and_large_pages(at_loader_main: Session) -> None:
    draw = random.Random()
    small, large = draw.randrange(0x1000, 0x200000), draw.randrange(0x200000, 1 << 32)
    lines = check_walk(at_loader_main, f"{small:#x}", small)
    assert re.search(r"^  PT\[.*-> 4 KiB page", lines[4])
    assert lines[5:] == [f"physical {small:#x}, in a 4 KiB page",
                         "allowed: read, write, execute; kernel only"]
    lines = check_walk(at_loader_main, f"{large:#x}", large)
    assert re.search(r"^  PD\[.*-> 2 MiB page", lines[3])
    assert lines[4] == f"physical {large:#x}, in a 2 MiB page"


def test_pt_says_where_a_walk_ends(at_loader_main: Session) -> None:
    assert check_walk(at_loader_main, "0", 0)[-1] == (
        "not mapped: PT[0] is absent (bit 0 is clear); an access is a page fault")
    image = at_loader_main.image["main"].address
    assert check_walk(at_loader_main, "main", image)[-1].startswith("not mapped: PML4[511]")
    for address in (0x8000_0000_0000, 0xFFFF_7FFF_FFFF_FFFF, 0x8000_0000_0000_1000):
        text = at_loader_main.gdb(f"pt {address:#x}")
        assert text.startswith(f"{address:#x}: not canonical: ") and len(text.splitlines()) == 1
    for address in (0x7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000):
        check_walk(at_loader_main, f"{address:#x}", address)


def test_pt_takes_any_expression(at_main: Session) -> None:
    symbols, registers = at_main.image, at_main.qmp.registers()
    for expression, address in (
        ("main", symbols["main"].address), ("&main", symbols["main"].address),
        ("trap_stubs + 16", symbols["trap_stubs"].address + 16),
        ("idt", symbols["idt"].address), ("idt[3]", symbols["idt"].address + 48),
        ("kernel_stack", symbols["kernel_stack"].address), ("$rsp", registers["rsp"]),
        ("boot_info", at_main.loader["info"].address), ("info", at_main.loader["info"].address),
        ("boot_pml4", at_main.loader["boot_pml4"].address), ("$cr3", registers["cr3"]),
    ):
        lines = check_walk(at_main, expression, address)
        assert any(line.startswith("allowed: ") for line in lines), expression


def test_pt_reads_tables_that_are_not_mapped(at_main: Session) -> None:
    before = at_main.gdb("pt boot_stack")
    pml4 = at_main.loader["boot_pml4"].address
    where = true_walk(at_main.qmp, pml4)[-1][1]
    entry = at_main.qmp.u64(where)
    at_main.gdb(f"set var *(unsigned long *){where:#x} = 0")
    try:
        with pytest.raises(GdbError, match="Cannot access memory"):
            at_main.gdb(f"x/gx {pml4:#x}")
        assert at_main.gdb("pt boot_stack") == before
    finally:
        at_main.gdb(f"set var *(unsigned long *){where:#x} = {entry:#x}")


@pytest.mark.parametrize("fault, address, ending", [
    ("page-reserved", "page", "not mapped: {pt} has reserved bits set (51); an access is a page "
                              "fault, error code bit 3"),
    ("page-no-execute", "page", "allowed: read, write; kernel only"),
    ("page-read-only", "page", "allowed: read, execute; kernel only"),
    ("page-null", "", "not mapped: PT[0] is absent (bit 0 is clear); an access is a page fault"),
    ("page-read", "", "not mapped: PML4[224] is absent (bit 0 is clear); an access is a page "
                      "fault"),
])
def test_pt_explains_a_page_fault(start: Start, fault: str, address: str, ending: str) -> None:
    session = start("trap_dispatch", app="fault", args=fault)
    lines = session.gdb.lines("pt $cr2")
    assert lines[-1] == ending.format(pt=shown_walk(lines)[-1][0])
    assert shown_walk(lines) == true_walk(session.qmp, session.qmp.registers()["cr2"])
    if address:
        assert f"<{address}>" in lines[0]
    session.close()


def test_pt_joins_the_rights_of_all_levels(at_main: Session) -> None:
    way = true_walk(at_main.qmp, at_main.image["main"].address)

    def ending(*set_bits: tuple[int, int], clear: tuple[int, int] = (4, 0)) -> str:
        """The last line of pt, with bits changed at levels (4 is the PML4's)."""
        for level, (_, where, entry) in zip((4, 3, 2, 1), way):
            for changed, bits in set_bits:
                entry |= bits if changed == level else 0
            entry &= ~(clear[1] if clear[0] == level else 0)
            at_main.gdb(f"set var *(unsigned long *){where:#x} = {entry:#x}")
        return at_main.gdb.lines("pt main")[-1]

    try:
        assert ending() == "allowed: read, write, execute; kernel only"
        assert ending(clear=(3, 2)) == "allowed: read, execute; kernel only"
        assert ending((2, 1 << 63)) == "allowed: read, write; kernel only"
        assert ending((1, 4)) == "allowed: read, write, execute; kernel only"
        assert ending((4, 4), (3, 4), (2, 4), (1, 4)) == (
            "allowed: read, write, execute; kernel and user")
        assert ending((4, 0x80)).startswith("not mapped: PML4[511] has reserved bits set (7);")
        assert ending((2, 0x80 | 1 << 13)).startswith("not mapped: PD[0] has reserved bits set")
        assert ending((1, 0x300 << 32)).startswith("not mapped: PT[1] has reserved bits set "
                                                   "(40, 41);")
        assert ending(clear=(2, 1)).startswith("not mapped: PD[0] is absent (bit 0 is clear), "
                                               "though its other bits are 0x")
    finally:
        ending()


# -- regs -------------------------------------------------------------------------------------


def shown_system(lines: list[str]) -> dict[str, tuple[int, str]]:
    """The lines `cr0  0x11  PE ET` of regs."""
    matches = (re.match(r"(rflags|cr\d|efer) +(0x\w+)  (.*)", line) for line in lines)
    return {match[1]: (int(match[2], 16), match[3]) for match in matches if match}


def check_regs(session: Session, mode: str) -> dict[str, tuple[int, str]]:
    """regs agrees with the monitor in everything it shows."""
    text, true = session.gdb("regs"), session.qmp.registers()
    general = dict(re.findall(r"\b([re]\w\w?|r\d+) +([0-9a-f]{16}|[0-9a-f]{8})\b",
                              text.partition("rip ")[0]))
    wide = mode.startswith("64")
    assert len(general) == (16 if wide else 8)
    for name, value in general.items():
        assert int(value, 16) == true[name], name
    assert f"\nrip     {true['rip' if wide else 'eip']:#x}" in text
    assert f"\nmode    {mode}, privilege level 0\n" in text
    shown = shown_system(text.splitlines())
    flags = true["rfl" if wide else "efl"]
    assert shown["rflags"][0] == flags
    for name in ("cr0", "cr2", "cr3", "cr4", "efer"):
        assert shown[name][0] == true[name], name
    for name in ("gdt", "idt"):
        assert re.search(rf"^{name} +{true[f'{name}.base']:#x}\b.*  limit "
                         rf"{true[f'{name}.limit']:#x}$", text, re.MULTILINE), text
    assert re.search(rf"^tr +{true['tr.selector']:#06x}  ", text, re.MULTILINE)
    for name in ("cs", "ss", "ds", "es", "fs", "gs"):
        assert f"{name} {true[name]:04x}" in text
    return shown


def test_regs_in_32_bit_code(at_start: Session) -> None:
    shown = check_regs(at_start, "32-bit code, protected mode")
    assert (shown["cr0"][1], shown["cr4"][1], shown["efer"][1]) == ("PE ET", "-", "-")
    text = at_start.gdb("regs")
    assert "rip     0x" in text and "<_start>" in text and "no TSS is loaded" in text


def test_regs_in_the_loader(at_loader_main: Session) -> None:
    shown = check_regs(at_loader_main, "64-bit code, long mode")
    assert shown["cr0"][1] == "PE ET WP PG"
    assert shown["cr4"][1] == "PAE"
    assert shown["efer"][1] == "LME LMA NXE"
    assert "(interrupts off)" in shown["rflags"][1]


def test_regs_in_the_application(at_main: Session) -> None:
    shown = check_regs(at_main, "64-bit code, long mode")
    assert shown["cr0"][1] == "PE MP ET NE WP PG"
    assert shown["cr4"][1] == "PAE OSFXSR OSXMMEXCPT"
    text = at_main.gdb("regs")
    for name in ("gdt", "idt", "tss"):
        assert f"{at_main.image[name].address:#x} <{name}>" in text


def test_regs_of_the_machine_whatever_frame_is_selected(at_main: Session) -> None:
    before = at_main.gdb("regs")
    at_main.gdb("up")
    assert at_main.gdb("regs") == before
    at_main.gdb("frame 0")


def test_regs_of_the_selected_processor(start: Start) -> None:
    session = start("loader_main", smp=2)
    assert "64-bit code, long mode" in session.gdb("regs")
    session.gdb("thread 2")
    text = session.gdb("regs")
    assert "mode    32-bit code, protected mode, privilege level 0, halted\n" in text
    session.gdb("thread 1")
    assert "64-bit code, long mode" in session.gdb("regs")


# -- idt and gdt ------------------------------------------------------------------------------


def true_gates(session: Session) -> list[tuple[int, int, int, int]]:
    """(handler, selector, IST, type byte) of all gates, read through the monitor."""
    registers = session.qmp.registers()
    data = session.qmp.read(registers["idt.base"], registers["idt.limit"] + 1)
    return [(low | middle << 16 | high << 32, selector, ist, kind)
            for low, selector, ist, kind, middle, high, _ in struct.iter_unpack("<HHBBHII", data)]


def shown_gates(lines: list[str]) -> list[tuple[int, int, int, int]]:
    """The same out of what idt printed, for gates that share no line."""
    kinds = {"interrupt gate": 14, "trap gate": 15}
    found = []
    for line in lines:
        match = re.search(r" (0x\w+):(0x\w+)[^,]*  (\w+ gate), DPL (\d), IST (\d)", line)
        if match:
            kind = 0x80 | int(match[4]) << 5 | kinds[match[3]]
            found.append((int(match[2], 16), int(match[1], 16), int(match[5]), kind))
    return found


def test_idt_before_long_mode_and_before_there_is_one(at_start: Session,
                                                      at_loader_main: Session) -> None:
    with pytest.raises(GdbError, match=r"^idt: not in long mode yet: .* \(limit 0x3ff\)"):
        at_start.gdb("idt")
    with pytest.raises(GdbError, match=r"^idt: the table at 0x0 \(limit 0x3ff\) is not mapped"):
        at_loader_main.gdb("idt")


def test_idt_decodes_every_gate(at_main: Session) -> None:
    gates = true_gates(at_main)
    assert len(gates) == 256
    lines = at_main.gdb.lines("idt 0-255")
    assert shown_gates(lines) == gates
    stubs = at_main.image["trap_stubs"].address
    assert f"     14  #PF page fault      0x08:{stubs + 14 * 16:#x} <trap_stubs+224>" in lines[15]
    assert at_main.gdb.lines("idt 0xe")[1] == lines[15]
    base = at_main.qmp.registers()["tr.base"]
    stacks = struct.unpack("<7Q", at_main.qmp.read(base + 36, 56))
    for (_, _, ist, _), line in zip(gates, lines[1:]):
        assert f"IST {ist} {stacks[ist - 1]:#x} <ist_stacks+{8192 * ist}>" in line


def test_idt_shows_alike_interrupts_in_one_line(at_main: Session) -> None:
    lines = at_main.gdb.lines("idt")
    assert len(lines) == 1 + 32 + 1 + 1
    assert re.match(r" 32-255  interrupt .*<trap_stubs\+512> \.\. .*<trap_stubs\+4080>", lines[33])
    assert lines[-1] == "no gate is wrong"


@pytest.mark.parametrize("change, mark", [
    ("type = 0", "!! absent"),
    ("type = 0x0e", "!! absent"),
    ("type = 0x8c", "!! not a 64-bit gate"),
    ("ist = 0", "!! IST 0"),
    ("ist = 7", "!! stack not mapped"),
    ("selector = 0x10", "!! selector 0x10 is not 64-bit code"),
    ("selector = 0x80", "!! selector 0x80 lies outside the GDT"),
    ("offset_high = 1", "!! handler not mapped"),
])
def test_idt_marks_what_is_wrong(at_main: Session, change: str, mark: str) -> None:
    vector = random.randrange(256)
    member = change.split()[0]
    before = at_main.gdb.value(f"idt[{vector}].{member}")
    at_main.gdb(f"set var idt[{vector}].{change}")
    try:
        line = at_main.gdb.lines(f"idt {vector}")[1]
        assert line.endswith(mark) and line.count("!!") == 1
        assert at_main.gdb.lines("idt")[-1] == "1 of 256 gates are wrong"
    finally:
        at_main.gdb(f"set var idt[{vector}].{member} = {before}")


def test_idt_tells_kinds_of_gates(at_main: Session) -> None:
    at_main.gdb("set var idt[3].type = 0xef")
    try:
        line = at_main.gdb.lines("idt 3")[1]
        assert "trap gate, DPL 3" in line and "!!" not in line
    finally:
        at_main.gdb("set var idt[3].type = 0x8e")


@pytest.mark.parametrize("descriptor, why", [
    (0x00AF9A000000FFFF, ""),
    (0x00CF9A000000FFFF, "selector 0x10 is not 64-bit code"),  # 32-bit code
    (0x00AF92000000FFFF, "selector 0x10 is not 64-bit code"),  # data, with the bit L
    (0x00AF8A000000FFFF, "selector 0x10 is not 64-bit code"),  # a system segment
    (0x00AF1A000000FFFF, "selector 0x10 is not present"),
])
def test_idt_looks_at_the_selected_segment(at_main: Session, descriptor: int, why: str) -> None:
    before = at_main.gdb.value("gdt[2]")
    at_main.gdb(f"set var gdt[2] = {descriptor:#x}")
    at_main.gdb("set var idt[9].selector = 0x10")
    try:
        line = at_main.gdb.lines("idt 9")[1]
        assert line.partition("!! ")[2] == why
    finally:
        at_main.gdb("set var idt[9].selector = 8")
        at_main.gdb(f"set var gdt[2] = {before:#x}")


def test_idt_of_a_machine_that_broke_its_own(start: Start) -> None:
    session = start("trap_dispatch", app="fault", args="double")
    assert session.gdb.lines("idt 14")[1].endswith("!! absent")
    assert "!!" not in session.gdb("idt 8")


def test_gdt_decodes_every_descriptor(at_start: Session, at_loader_main: Session,
                                      at_main: Session) -> None:
    for session, code in ((at_start, "32-bit code"), (at_loader_main, "64-bit code"),
                          (at_main, "64-bit code")):
        true, lines = session.qmp.registers(), session.gdb.lines("gdt")
        values = dict(re.findall(r"^  (0x\w+)  (0x\w+)", "\n".join(lines), re.MULTILINE))
        for selector, value in values.items():
            data = session.qmp.read(true["gdt.base"] + int(selector, 16), 8)
            assert int(value, 16) == int.from_bytes(data, "little")
        assert code in lines[2] and lines[2].endswith("(cs)")
        assert lines[3].endswith("data, writable, DPL 0  (es ss ds)") or session is at_start
    assert f"64-bit TSS, busy at {true['tr.base']:#x} <tss>, limit 0x67, DPL 0  (tr)" in lines[4]
    assert len(lines) == 5


# -- bootinfo ---------------------------------------------------------------------------------


def check_bootinfo(session: Session, lines: list[str]) -> bootinfo.BootInfo:
    """bootinfo agrees with the bytes at the loader's variable, decoded by the grader's own code."""
    address = session.loader["info"].address
    true = bootinfo.parse(session.qmp.read(address, bootinfo.SIZE, "xp"))
    text = "\n".join(lines)
    assert lines[0].startswith(f"boot_info at physical {address:#x} (")
    assert lines[0].endswith(f"version {true.version}, {true.size} bytes")
    string = session.qmp.cstring
    assert f'  booted by     "{string(true.loader_name)}"\n' in text
    assert (f'  image         "{string(true.image_name)}": {true.image_size} bytes at '
            f"{true.image_base:#x}, linked at {true.image_vaddr:#x}\n") in text
    regions = re.findall(r"^  (0x\w+) - (0x\w+) +\d+ \w+  (.*)$", text, re.MULTILINE)
    names = {2: "acpi reclaim", 3: "acpi nvs"}
    assert [(int(base, 16), int(end, 16), kind) for base, end, kind in regions] == [
        (base, base + size, names.get(kind, bootinfo.TYPE_NAMES[kind]))
        for base, size, kind in true.regions]
    assert f"\n{len(true.regions)} regions\n" in text
    assert text.endswith("".join(
        f'\n  {index}: {size} bytes at {base:#x}, "{string(name)}"'
        for index, (base, size, name) in enumerate(true.modules)))
    assert f"\n{len(true.modules)} modules" in text
    assert "!!" not in text
    return true


def test_bootinfo_in_the_application(at_main: Session) -> None:
    lines = at_main.gdb.lines("bootinfo")
    true = check_bootinfo(at_main, lines)
    assert len(true.modules) == 2 and lines[0].count("the kernel's boot_info")
    assert f'  command line  "\\"{WORDS[0]}\\" {WORDS[1]}"' in lines
    assert lines[-2].endswith(f'"mod1 {WORDS[2]}"') and lines[-1].endswith(f'"mod2 {WORDS[3]}"')
    assert at_main.gdb.lines("bootinfo boot_info")[1:] == lines[1:]
    assert at_main.gdb.lines("bootinfo info")[1:] == lines[1:]
    assert at_main.gdb.lines(f"bootinfo {at_main.loader['info'].address}")[1:] == lines[1:]


def test_bootinfo_in_the_loader(start: Start, at_start: Session, at_loader_main: Session) -> None:
    for session in (at_start, at_loader_main):
        with pytest.raises(GdbError, match=r"^bootinfo: no boot information at .* the magic is "
                                           r"0x0, not 0x5355525547415021; it may not be built"):
            session.gdb("bootinfo")
    session = start("*image_enter")
    assert "(the loader's info)" in check_bootinfo_lines(session, "bootinfo")[0]
    session.run_to("*image_start")
    assert "($rdi)" in check_bootinfo_lines(session, "bootinfo $rdi")[0]


def check_bootinfo_lines(session: Session, command: str) -> list[str]:
    """The lines of a command that agree with the machine."""
    lines = session.gdb.lines(command)
    check_bootinfo(session, lines)
    return lines


@pytest.mark.parametrize("change, mark", [
    ("version = 9", "!! these commands know version 1"),
    ("size = 8", "!! the symbols' structure has 3544 bytes"),
    ("regions[2].base = 0x1000", "!! overlaps the one before"),
    ("regions[1].size = 4095", "!! not page-aligned"),
    ("regions[1].type = 99", "type 99  !! no such type"),
    ("regions[1].type = 4", "!! to be joined with the one before"),
    ("region_count = 4000000000", "4000000000 regions !! there is room for 128"),
    ("module_count = 17", "17 modules !! there is room for 16"),
])
def test_bootinfo_marks_what_is_wrong(at_main: Session, change: str, mark: str) -> None:
    member = change.split()[0]
    before = at_main.gdb.value(f"info.{member}")
    at_main.gdb(f"set var info.{change}")
    try:
        assert mark in at_main.gdb("bootinfo")
    finally:
        at_main.gdb(f"set var info.{member} = {before}")


def test_bootinfo_knows_the_header() -> None:
    header = (ROOT / "common/include/boot_info.h").read_text()
    source = (ROOT / "common/gdb/commands/boot.py").read_text()
    for ours, theirs in (("MAGIC", "BOOT_INFO_MAGIC"), ("VERSION", "BOOT_INFO_VERSION")):
        told = re.search(rf"#define {theirs} +(\w+?)(ull)?\s", header)
        known = re.search(rf"^{ours} = (\w+)$", source, re.MULTILINE)
        assert told and known and int(told[1], 0) == int(known[1], 0)


# -- backtraces across a trap -----------------------------------------------------------------

CALLS = ["fifth", "fourth", "third", "second", "first", "main", "kernel_main", "image_start"]


def functions(text: str) -> list[str]:
    """The functions that a backtrace shows, innermost first; `trap` for trap_entry.asm's code."""
    text = text.replace("<signal handler called>", "trap ()")
    return re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \(", text, re.MULTILINE)


def test_a_backtrace_goes_on_into_the_interrupted_function(start: Start) -> None:
    session = start("*trap_stubs + 14 * 16", app="frames", args="fault")
    interrupted = session.qmp.registers()
    gdb = session.gdb
    true = {name: gdb.value(f"*(unsigned long *)($rsp + {offset})")
            for name, offset in (("rip", 8), ("rsp", 32))}  # above the error code
    dispatch = session.image["trap_dispatch"].address
    for _ in range(40):  # after each instruction of the way in
        shown = functions(gdb("backtrace"))
        assert shown in (["trap", *CALLS], ["trap_dispatch", "trap", *CALLS])
        gdb("frame function fifth")
        for name in ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r12", "r15"):
            assert gdb.value(f"${name}") == interrupted[name], name
        assert {name: gdb.value(f"${name}") for name in true} == true
        gdb("frame 0")
        if gdb.value("$rip") == dispatch:
            break
        gdb("stepi")
    assert shown == ["trap_dispatch", "trap", *CALLS]
    session.run_to("fault_report")
    assert functions(gdb("backtrace"))[-len(CALLS) - 1:] == ["trap", *CALLS]
    session.close()


def test_a_backtrace_on_the_way_back(start: Start) -> None:
    """The way out shows the same interrupted code and registers, pop by pop."""
    session = start("trap_dispatch", app="resume")
    gdb = session.gdb
    names = ("rip", "rsp", "rbp", "rax", "rbx", "rdi", "r8", "r15")

    def interrupted() -> list[int]:
        shown = functions(gdb("backtrace"))
        trap = shown.index("trap")
        assert shown[trap + 1] == "resume_point"
        gdb(f"frame {trap + 1}")
        values = [gdb.value(f"${name}") for name in names]
        gdb("frame 0")
        return values

    frame = [gdb.value(f"((struct trap_frame *)$rdi)->{name}") for name in names]
    assert interrupted() == frame
    gdb("up")
    back = gdb.value("$rip")
    gdb(f"thbreak *{back:#x}")
    gdb("continue")
    expected = interrupted()
    for _ in range(40):
        assert interrupted() == expected
        if "iretq" in gdb("x/i $rip"):
            break
        gdb("stepi")
    assert "iretq" in gdb("x/i $rip")
    gdb("stepi")
    assert [gdb.value(f"${name}") for name in names] == expected
    session.close()


# -- what all have in common ------------------------------------------------------------------

COMMANDS = ("pt", "regs", "idt", "gdt", "bootinfo")


@pytest.mark.parametrize("command", ["pt 0", "regs", "idt", "gdt", "bootinfo"])
def test_without_a_machine_the_error_is_one_line(no_machine: Gdb, command: str) -> None:
    with pytest.raises(GdbError) as error:
        no_machine(command)
    assert str(error.value) == (f"{command.split()[0]}: no machine is running; "
                                "connect to one with `target remote`")


def test_help_has_an_example(no_machine: Gdb) -> None:
    listed = no_machine("help user-defined")
    for command in COMMANDS:
        assert f"\n{command} -- " in listed
        assert re.search(rf"^Example.*: +{command}|^ +{command}", no_machine(f"help {command}"),
                         re.MULTILINE)


@pytest.mark.parametrize("command, error", [
    ("pt", "pt: which address? pt ADDR; see `help pt`"),
    ("pt nosuch", 'pt: No symbol "nosuch" in current context.'),
    ("pt 1.5", "pt: '1.5' is no address"),
    ("pt *(long *)0", "pt: Cannot access memory at address 0x0"),
    ("regs rax", "regs: takes no argument; `print $rax` shows one register"),
    ("idt x", "idt: 'x' is no vector and no range; write `idt 14` or `idt 0-31`"),
    ("idt 256", "idt: '256': vectors are 0 to 255, the lower one first"),
    ("idt 9-3", "idt: '9-3': vectors are 0 to 255, the lower one first"),
    ("gdt 1", "gdt: takes no argument"),
    ("bootinfo 0x2000", "bootinfo: no boot information at 0x2000 (0x2000): the magic is "),
    ("bootinfo nosuch", 'bootinfo: No symbol "nosuch" in current context.'),
])
def test_bad_input_is_one_line(at_main: Session, command: str, error: str) -> None:
    with pytest.raises(GdbError) as caught:
        at_main.gdb(command)
    assert str(caught.value).startswith(error) and "\n" not in str(caught.value)


def test_without_symbols(start: Start) -> None:
    session = start(symbols=False)
    session.run_to(f"*{session.loader['loader_main'].address:#x}")
    check_regs(session, "64-bit code, long mode")
    check_walk(session, "0x3000", 0x3000)
    with pytest.raises(GdbError, match="^bootinfo: no symbols for struct boot_info; load them"):
        session.gdb("bootinfo")


# Trouble while memory is physical: an error, Ctrl-C, and Ctrl-C on the very way back.
_TROUBLE = """
import os, signal, machine
real = machine._read, machine._connection
class Broken:
    def __init__(self, connection):
        self.connection = connection
    def send_packet(self, packet):
        if WHEN == "restore" and packet in ("Qqemu.PhyMemMode:0", b"Qqemu.PhyMemMode:0"):
            os.kill(os.getpid(), signal.SIGINT)
        return self.connection.send_packet(packet)
def read(*arguments):
    if WHEN == "error":
        raise gdb.MemoryError("broken")
    if WHEN == "read":
        os.kill(os.getpid(), signal.SIGINT)
    return real[0](*arguments)
machine._read, machine._connection = read, lambda: Broken(real[1]())
"""


@pytest.mark.parametrize("when, ending", [
    ("error", "pt: broken"), ("read", "Quit"), ("restore", "Quit")])
def test_memory_is_virtual_again_afterwards(at_main: Session, tmp_path: Path, when: str,
                                            ending: str) -> None:
    script = tmp_path / "trouble.py"
    script.write_text(f"WHEN = {when!r}\n{_TROUBLE}")
    at_main.gdb(f"source {script}")
    try:
        with pytest.raises(GdbError, match=f"^{ending}$"):
            at_main.gdb("pt main")
    finally:
        at_main.gdb("python machine._read, machine._connection = real")
    assert '"0"' in at_main.gdb("maintenance packet qqemu.PhyMemMode")


def test_memory_stays_physical_where_it_was(at_main: Session) -> None:
    at_main.gdb("maintenance packet Qqemu.PhyMemMode:1")
    try:
        at_main.gdb("pt main")
        assert '"1"' in at_main.gdb("maintenance packet qqemu.PhyMemMode")
    finally:
        at_main.gdb("maintenance packet Qqemu.PhyMemMode:0")


# -- the whole way ----------------------------------------------------------------------------


def mode(session: Session) -> str:
    """What regs says of the mode."""
    found = re.search(r"^mode    (.*), privilege", session.gdb("regs"), re.MULTILINE)
    assert found
    return found[1]


def test_from_the_first_instruction_to_main(start: Start) -> None:
    """Hardware breakpoints set before the machine runs, single steps across the far jump."""
    session = start(args="one")
    gdb = session.gdb
    way = ["*_start", "*long_mode_enter", "*long_mode", "loader_main", "kernel_main", "main"]
    for place in way:
        gdb(f"thbreak {place}")

    assert "_start () at labs/01-boot/boot/multiboot.asm" in session.go_on()
    assert mode(session) == "32-bit code, protected mode"
    gdb("stepi")
    assert gdb.value("$rip") > session.loader["_start"].address
    assert "long_mode_enter ()" in session.go_on()

    # The instruction that turns paging on, wherever the solution has it.
    found = gdb("find /b long_mode_enter, long_mode, 0x0f, 0x22, 0xc0")  # mov cr0, eax
    gdb(f"thbreak *{int(found.split()[0], 16):#x}")
    session.go_on()
    assert mode(session) == "32-bit code, protected mode"
    gdb("stepi")
    assert mode(session) == "32-bit code, long mode (compatibility mode)"
    for _ in range(8):
        if gdb.value("$rip") == session.loader["long_mode"].address:
            break
        assert mode(session) == "32-bit code, long mode (compatibility mode)"
        gdb("stepi")
    assert gdb.value("$rip") == session.loader["long_mode"].address
    assert mode(session) == "64-bit code, long mode"
    gdb("stepi")
    assert gdb.value("$rax") == 0x10  # a 64-bit instruction, and its effect

    assert "loader_main (magic=732803074" in session.go_on()
    assert re.search(r"#1 .* in long_mode \(\)", gdb("backtrace"))
    gdb("stepi")
    assert "kernel_main (info=" in session.go_on()
    assert gdb.value("$rip") == session.image["kernel_main"].address
    assert "main (" in session.go_on()
    assert gdb.value("$rip") == session.image["main"].address
    assert re.search(r"#1 .* in kernel_main", gdb("backtrace"))

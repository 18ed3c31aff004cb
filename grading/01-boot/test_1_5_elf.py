"""Exercise 1.5: the ELF64 loader: what is loaded, where, and what is refused."""

import random
from collections.abc import Callable

import pytest

from pagurus import bootinfo, x86
from pagurus.checks import check, check_that, exercise, fail
from pagurus.elfbuild import PT_NOTE, PT_NULL, VADDR, Segment, image, loaded_segments
from pagurus.lab import Lab, MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import Words

PAGE, MIB, GIB = 1 << 12, 1 << 20, 1 << 30
ENOMEM = 12
LOOP = b"\xeb\xfe"  # jmp to itself
LAST = (1 << 64) - PAGE
COPY_BUDGET = 500_000_000  # instructions: copying 20 MiB byte by byte is slow, but right

# Memory of a 64 MiB machine that nobody uses while the loader runs.
OTHER_TABLE, INFO, FILE, MODULE, IMAGE, FREE = (MIB * n for n in (40, 41, 42, 43, 44, 48))


def entered(m: Machine, entry: str | int = "image:_start") -> bootinfo.BootInfo:
    """Runs to the first instruction of the image; the structure that rdi points to."""
    m.run_to(entry)
    info = bootinfo.read(m, m.reg("rdi"))
    check("the magic number of boot_info, which rdi leads to", hex(bootinfo.MAGIC),
          hex(info.magic))
    check_that("image_size is less than the machine's memory", info.image_size < 64 * MIB,
               "some pages", f"{info.image_size:#x} bytes")
    return info


def check_bytes(m: Machine, info: bootinfo.BootInfo, file: bytes) -> None:
    """Every byte of the loaded image: the file's, or zero."""
    check_that("image_size is no more than the machine's memory", info.image_size <= 64 * MIB,
               "at most 64 MiB", f"{info.image_size:#x}")
    expected = bytearray(info.image_size)
    for vaddr, data, _ in loaded_segments(file):
        at = vaddr - info.image_vaddr
        check_that(f"the segment at {vaddr:#x} lies in image_vaddr … image_size",
                   0 <= at <= len(expected) - len(data), "inside",
                   f"image_vaddr {info.image_vaddr:#x}, image_size {info.image_size:#x}")
        expected[at:at + len(data)] = data
    found = m.read(info.image_vaddr, info.image_size)
    if found != expected:
        at = next(i for i, (a, b) in enumerate(zip(expected, found)) if a != b)
        fail(f"the byte at {info.image_vaddr + at:#x} is not what the file says",
             f"{expected[at]:#04x}", f"{found[at]:#04x}")


# -- the image that is loaded -----------------------------------------------------------------


@exercise("1.5", weight=3, read="copy the segments")
def test_segments_are_copied(lab: Lab, machine: MachineFactory) -> None:
    """Each segment's bytes stand at its link address."""
    m = machine()
    entered(m)
    for vaddr, data, _ in loaded_segments(lab.image("hello").read_bytes()):
        found = m.read(vaddr, len(data))
        if found != data:
            at = next(i for i, (a, b) in enumerate(zip(data, found)) if a != b)
            fail(f"the byte at {vaddr + at:#x}, {at:#x} behind the start of its segment",
                 f"{data[at]:#04x}, as in the file", f"{found[at]:#04x}")


@exercise("1.5", weight=3, read="copy the segments")
def test_bss_is_zero(lab: Lab, machine: MachineFactory) -> None:
    """Memory is full of old bytes; what lies behind a segment's file part is zero all the same."""
    m = machine()
    entered(m)
    for vaddr, data, memsz in loaded_segments(lab.image("hello").read_bytes()):
        found = m.read(vaddr + len(data), memsz - len(data))
        if any(found):
            at = next(i for i, byte in enumerate(found) if byte)
            fail(f"the .bss is not cleared: the byte at {vaddr + len(data) + at:#x}",
                 "0", f"{found[at]:#04x}")


@exercise("1.5", weight=2, read="into the image")
def test_entry_contract(machine: MachineFactory) -> None:
    """The image is entered as boot_info.h promises."""
    m = machine()
    m.run_to("image_enter")
    # Other tables that map the same, and flags as a caller may have them; no device interrupts.
    top = m.read(m.reg("cr3") & x86.PTE_ADDRESS, PAGE, physical=True)
    m.write(OTHER_TABLE, top, physical=True)
    m.set_reg("rdx", OTHER_TABLE)
    m.outb(0x21, 0xFF)
    m.outb(0xA1, 0xFF)
    m.set_reg("rflags", m.reg("rflags") | x86.RFLAGS_IF | x86.RFLAGS_DF)
    info = entered(m)
    check("boot_info: version, size", (bootinfo.VERSION, bootinfo.SIZE),
          (info.version, info.size))
    check("the width of the code", 64, m.mode())
    check("CR3, which image_enter gets in rdx", OTHER_TABLE, m.reg("cr3") & x86.PTE_ADDRESS)
    check("the direction flag", 0, m.reg("rflags") & x86.RFLAGS_DF)
    check("the interrupt flag", 0, m.reg("rflags") & x86.RFLAGS_IF)
    check("rsp modulo 16", 0, m.reg("rsp") % 16, hint="Nothing is to lie on the fresh stack.")
    check("rbp, where a backtrace ends", 0, m.reg("rbp"))
    low, high = m.address("boot_stack"), m.address("boot_stack_top")
    check_that("the stack has 16 KiB left", low + (16 << 10) <= m.reg("rsp") <= high,
               f"rsp at the top of the boot stack, {high:#x}", f"{m.reg('rsp'):#x}")


def places(found: list[x86.Mapping]) -> Words:
    """What is mapped where, without the rights."""
    return Words("; ".join(f"{one.virtual:#x}-{one.end:#x} -> {one.physical:#x}"
                           for one in found) or "nothing")


@exercise("1.5", weight=2, read="map one page")
def test_image_is_mapped(machine: MachineFactory) -> None:
    """The image is mapped where it was linked, and the low 4 GiB are as they were."""
    m = machine()
    info = entered(m)
    found = x86.mappings(lambda at, size: m.read(at, size, physical=True), m.reg("cr3"))
    check("page 0", None, x86.translate(found, 0))
    low = [one for one in found if one.virtual < 4 * GIB]
    check("the low parts that are mapped, and to where",
          Words(f"{PAGE:#x}-{4 * GIB:#x} -> {PAGE:#x}"), places(low))
    high = [one for one in found if one.virtual >= 4 * GIB]
    check("the high parts that are mapped, and to where",
          Words(f"{info.image_vaddr:#x}-{info.image_vaddr + info.image_size:#x} -> "
                f"{info.image_base:#x}"), places(high))
    check_that("the image is writable at all levels", high[0].writable, "writable", str(high[0]))
    check_that("the image can be executed", high[0].executable, "executable", str(high[0]))
    check_that("the image is for the kernel only", not high[0].user, "U/S = 0", str(high[0]))


@exercise("1.5", weight=2, read="map one page")
def test_nothing_in_use_is_free(machine: MachineFactory, rng: random.Random) -> None:
    """Image, tables, boot_info and stack lie in memory that boot_info does not call free."""
    m = machine(app="bootinfo", modules=[(rng.randbytes(5000), "")])
    info = entered(m)
    check("what the image's memory is", {bootinfo.IMAGE},
          info.types_in(info.image_base, info.image_size))
    check("image_base and image_size modulo the page size", (0, 0),
          (info.image_base % PAGE, info.image_size % PAGE))
    read = x86.bounded(lambda at, size: m.read(at, size, physical=True))
    for table in _tables(read, m.reg("cr3") & x86.PTE_ADDRESS, 4):
        check(f"what the page table at {table:#x} lies in", bootinfo.LOADER, info.type_at(table))
    check("what boot_info lies in", bootinfo.LOADER, info.type_at(m.reg("rdi")))
    check("what the stack lies in", bootinfo.LOADER, info.type_at(m.reg("rsp") - 8))


def _tables(read: x86.ReadPhysical, table: int, level: int):
    """The physical addresses of all tables from one on."""
    yield table
    if level > 1:
        data = read(table, PAGE)
        for at in range(0, PAGE, 8):
            entry = int.from_bytes(data[at:at + 8], "little")
            if entry & x86.PTE_P and not entry & x86.PTE_PS:
                yield from _tables(read, entry & x86.PTE_ADDRESS, level - 1)


@exercise("1.5", weight=1, read="map one page")
def test_no_memory_for_tables(machine: MachineFactory) -> None:
    """Where memory ends with the image, or with some of its tables, the answer is -ENOMEM."""
    m = machine()
    m.run_to("image_load")
    field = m.reg("rcx")
    content = image([Segment(VADDR, LOOP)])
    m.write(FILE, content, physical=True)
    m.write(MODULE, FILE.to_bytes(8, "little") + len(content).to_bytes(8, "little"), physical=True)
    # A table that a call has made is there in the next: each gets one level further.
    for level, base, pages in (("PDPT", FREE, 1), ("page directory", FREE + MIB, 2),
                               ("page table", FREE + 2 * MIB, 2)):
        m.write(INFO, bootinfo.pack_regions([(base, pages * PAGE, bootinfo.FREE)]), physical=True)
        m.explain("region_take returns 0 where no memory is left.")
        result = m.call("image_load", INFO, MODULE, IMAGE, field) & 0xFFFFFFFF
        check(f"image_load (-ENOMEM) where no memory is left for the {level}",
              -ENOMEM & 0xFFFFFFFF, result)
    m.write(INFO, bootinfo.pack_regions([(FREE + 3 * MIB, 2 * PAGE, bootinfo.FREE)]),
            physical=True)
    check("image_load where there is just enough memory", 0,
          m.call("image_load", INFO, MODULE, IMAGE, field))


# -- unusual, but right -----------------------------------------------------------------------


def random_image(rng: random.Random) -> tuple[bytes, int]:
    """A valid file of odd segments, and its entry."""
    at = VADDR + rng.randrange(4) * PAGE + rng.randrange(64) * 16
    first, entry = at, at + 32
    segments = [Segment(at, rng.randbytes(32) + LOOP + rng.randbytes(rng.randrange(9000)),
                        align=rng.choice([0, 1, 16]))]

    def add(gap: int, size: int, zeroes: int, align: int) -> None:
        end = segments[-1].vaddr + (segments[-1].memsz or len(segments[-1].data)) + gap
        segments.append(Segment(end + -end % max(align, 1), rng.randbytes(size), size + zeroes,
                                align=align))

    gaps, sizes = [0, 1, 100, 3 * PAGE + 5], [0, 1, 4096, rng.randrange(9000)]
    zeroes, aligns = [0, 1, 4095, 20_000], [0, 1, 1, 4096]
    add(0, rng.choice(sizes), rng.choice(zeroes[1:]), rng.choice([0, 1]))  # where the first ends
    add(rng.choice(gaps), 0, rng.choice(zeroes[1:]), rng.choice(aligns))  # all .bss
    for _ in range(rng.randrange(4)):
        add(rng.choice(gaps), rng.choice(sizes), rng.choice(zeroes), rng.choice(aligns))
    empty = Segment(1234, memsz=0)
    nonsense = [Segment(77, b"note", memsz=3, kind=PT_NOTE), Segment(1 << 63, kind=PT_NULL)]
    over_code = Segment(first, bytes(32), kind=PT_NOTE)
    for extra in (empty, *nonsense):
        segments.insert(rng.randrange(len(segments) + 1), extra)
    segments.append(over_code)  # would be seen, were it loaded
    return image(segments, entry), entry


@exercise("1.5", weight=3, read="a program header")
def test_odd_images_are_loaded(machine: MachineFactory, rng: random.Random) -> None:
    """Segments that share a page, start anywhere, are all .bss; headers that say nothing."""
    for _ in range(3):
        file, entry = random_image(rng)
        m = machine(image=file)
        m.explain(f"The image is made up, but valid; its entry is {entry:#x}.")
        info = entered(m, entry)
        check_bytes(m, info, file)
        m.close()


@exercise("1.5", weight=1, read="map one page")
def test_large_image(machine: MachineFactory, rng: random.Random) -> None:
    """An image of 20 MiB needs many tables; it still is where it belongs."""
    start = VADDR + 300 * MIB - 3 * PAGE
    file = image([Segment(start, LOOP, memsz=20 * MIB), Segment(start + 20 * MIB, b"end")], start)
    m = machine(image=file, machine="microvm")
    m.run_to(start, budget=COPY_BUDGET)
    info = bootinfo.read(m, m.reg("rdi"))
    for offset in (20 * MIB, 20 * MIB + 2, 7 * MIB + 123, 2):
        mapped = m.read(start + offset, 1)
        check(f"the byte at {start + offset:#x}, read through the tables and physically",
              m.read(info.image_base + offset, 1, physical=True), mapped)
    check("the last segment", b"end", m.read(start + 20 * MIB, 3))


# -- refused ----------------------------------------------------------------------------------


class Draw:
    """Images whose bytes, addresses and number of segments are others in each run.

    A kernel that knows the files of an earlier run by heart gains nothing by it.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def base(self, room: int = GIB) -> int:
        """The page that an image begins in."""
        return VADDR + self.rng.randrange(room // PAGE) * PAGE

    def segments(self, count: int = 0, size: int = 0) -> list[Segment]:
        """Valid ones, some pages apart, with code that an entry can lead to at each start."""
        found, at = [], self.base()
        for _ in range(count or self.rng.randrange(2, 6)):
            data = LOOP + self.rng.randbytes(size or self.rng.randrange(60, 200))
            found.append(Segment(at, data, len(data) + self.rng.randrange(1, 200)))
            at += self.rng.randrange(1, 9) * PAGE
        return found

    def image(self, segments: list[Segment], entry: int | None = None, **fields: int) -> bytes:
        """A file of them, with headers that say nothing in between."""
        if entry is None:
            entry = segments[0].vaddr
        segments = list(segments)
        for _ in range(self.rng.randrange(3)):
            noise = {name: self.rng.getrandbits(64)
                     for name in ("p_offset", "p_vaddr", "p_filesz", "p_memsz")}
            segments.insert(self.rng.randrange(len(segments) + 1), Segment(
                0, kind=self.rng.choice([PT_NOTE, PT_NULL]), fields=noise))
        for segment in segments:
            segment.fields.setdefault("p_paddr", self.rng.getrandbits(64))
        return image(segments, entry, **fields)

    def good(self) -> tuple[bytes, int]:
        """A valid file, and its entry."""
        segments = self.segments()
        entry = self.rng.choice(segments).vaddr
        return self.image(segments, entry), entry

    def header(self, **fields: int) -> bytes:
        """A valid file but for these fields of the ELF header."""
        return self.image(self.segments(), **fields)

    def other_byte(self, right: int) -> int:
        """Any byte but the right one."""
        return self.rng.choice([byte for byte in range(256) if byte != right])

    def one(self, change: Callable[[Segment, Segment], dict[str, int]], first: int = 0,
            last: int = 99) -> bytes:
        """A valid file but for one segment, the `first`th to `last`th; `change` gets it and the
        one before it."""
        segments = self.segments()
        bad = self.rng.randint(first, min(last, len(segments) - 1))
        segments[bad].fields.update(change(segments[bad], segments[bad - 1]))
        return self.image(segments)

    def beyond_memory(self, base: int, size: int) -> bytes:
        """One segment that no memory of the machine can hold."""
        return self.image([Segment(base, LOOP + self.rng.randbytes(50), size)])


def memory(segment: Segment) -> int:
    """Its bytes in memory."""
    return len(segment.data) if segment.memsz is None else segment.memsz


def refused(rng: random.Random) -> dict[str, tuple[bytes, str]]:
    """name: (file, the field that the message must name)."""
    draw = Draw(rng)
    whole = draw.image(draw.segments())
    one = draw.segments(1)[0]
    pair = draw.segments(2)
    swapped = draw.segments()
    at = rng.randrange(len(swapped) - 1)
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    tight = draw.segments(1, size=rng.randrange(1, 40))
    few = draw.header()
    count = int.from_bytes(few[56:58], "little")
    magic = bytearray(whole)
    place = rng.randrange(4)
    magic[place] = draw.other_byte(magic[place])
    low = draw.base(64 * MIB)

    return {
        "empty": (b"", "e_ident"),
        "one_byte": (b"\x7f", "e_ident"),
        "cut_in_header": (whole[:rng.randrange(4, 64)], "e_ident"),
        "text": (b"#!/bin/sh\n" + rng.randbytes(90).hex().encode(), "e_ident"),
        "magic": (bytes(magic), "e_ident"),
        "class_32": (draw.header(EI_CLASS=1), "EI_CLASS"),
        "class_0": (draw.header(EI_CLASS=0), "EI_CLASS"),
        "class_unknown": (draw.header(EI_CLASS=draw.other_byte(2)), "EI_CLASS"),
        "big_endian": (draw.header(EI_DATA=2), "EI_DATA"),
        "ident_version": (draw.header(EI_VERSION=draw.other_byte(1)), "EI_VERSION"),
        "relocatable": (draw.header(e_type=1), "e_type"),
        "shared_object": (draw.header(e_type=3), "e_type"),
        "core_file": (draw.header(e_type=4), "e_type"),
        "machine_386": (draw.header(e_machine=3), "e_machine"),
        "machine_aarch64": (draw.header(e_machine=183), "e_machine"),
        "version": (draw.header(e_version=draw.other_byte(1)), "e_version"),
        "phentsize_32": (draw.header(e_phentsize=32), "e_phentsize"),
        "phentsize_0": (draw.header(e_phentsize=0), "e_phentsize"),
        "phentsize_large": (draw.header(e_phentsize=0xFFFF), "e_phentsize"),
        "phnum_0": (draw.header(e_phnum=0), "e_phnum"),
        "phnum_65535": (draw.header(e_phnum=0xFFFF), "e_phoff"),
        "phnum_one_too_many": (image(tight, tight[0].vaddr, e_phnum=2), "e_phoff"),
        "phoff_at_the_end": (whole[:32] + len(whole).to_bytes(8, "little") + whole[40:],
                             "e_phoff"),
        "phoff_absurd": (draw.header(e_phoff=8 * rng.randrange(1 << 30, 1 << 58)), "e_phoff"),
        "phoff_wraps": (draw.header(e_phoff=(1 << 64) - 8 * rng.randrange(1, 7)), "e_phoff"),
        "phoff_odd": (draw.header(e_phoff=64 + rng.randrange(1, 8)), "e_phoff"),
        "cut_in_program_headers": (few[:rng.randrange(64, 64 + 56 * count)], "e_phoff"),
        "cut_in_segment": (whole[:-rng.randrange(1, 60)], "p_offset"),
        "offset_absurd": (draw.one(lambda *_: {"p_offset": rng.randrange(1 << 40, 1 << 60)}),
                          "p_offset"),
        "offset_wraps": (draw.one(lambda own, _: {
            "p_offset": (1 << 64) - rng.randrange(1, len(own.data))}), "p_offset"),
        "filesz_absurd": (draw.one(lambda *_: dict.fromkeys(
            ("p_filesz", "p_memsz"), rng.randrange(1 << 40, 1 << 62))), "p_offset"),
        "filesz_above_memsz": (draw.one(lambda own, _: {
            "p_memsz": rng.randrange(1, len(own.data))}), "p_filesz"),
        # Of the first segment: behind another one these addresses would also be descending.
        "low_address": (draw.one(lambda *_: {"p_vaddr": rng.randrange(MIB, 4 * GIB)}, last=0),
                        "p_vaddr"),
        "null_address": (draw.one(lambda *_: {"p_vaddr": 0}), "p_vaddr"),
        "user_address": (draw.one(lambda *_: {
            "p_vaddr": (1 << 47) - PAGE * rng.randrange(1, 99)}, last=0), "p_vaddr"),
        "just_below": (draw.one(lambda *_: {"p_vaddr": VADDR - rng.randrange(1, PAGE + 1)},
                                last=0), "p_vaddr"),
        "overlap": (draw.one(lambda _, last: {
            "p_vaddr": last.vaddr + rng.randrange(1, memory(last))}, 1), "p_vaddr"),
        "overlap_by_one": (draw.one(lambda _, last: {
            "p_vaddr": last.vaddr + memory(last) - 1}, 1), "p_vaddr"),
        "same_address": (draw.one(lambda _, last: {"p_vaddr": last.vaddr}, 1), "p_vaddr"),
        "descending": (draw.image(swapped), "p_vaddr"),
        "memory_wraps": (draw.one(lambda own, _: {"p_memsz": (1 << 64) - own.vaddr}), "p_memsz"),
        "memory_wraps_far": (draw.one(lambda *_: {
            "p_memsz": (1 << 64) - rng.randrange(1, PAGE)}), "p_memsz"),
        "in_the_last_page": (draw.one(lambda *_: {"p_vaddr": LAST}), "p_memsz"),
        "align_3": (draw.one(lambda *_: {"p_align": rng.choice([3, 5, 6, 12, 4095])}), "p_align"),
        "align_differs": (draw.one(lambda *_: {"p_align": PAGE}), "p_align"),
        "nothing_to_load": (draw.image([Segment(one.vaddr, one.data, kind=PT_NOTE)]), "p_type"),
        "all_empty": (draw.image([Segment(one.vaddr, memsz=0)]), "p_type"),
        "entry_0": (draw.image([one], 0), "e_entry"),
        "entry_behind": (draw.image([one], one.vaddr + memory(one)), "e_entry"),
        "entry_far_behind": (draw.image([one], one.vaddr + memory(one) + rng.randrange(PAGE)),
                             "e_entry"),
        "entry_before": (draw.image([one], one.vaddr - 1), "e_entry"),
        "entry_in_a_gap": (draw.image(pair, rng.randrange(
            pair[0].vaddr + memory(pair[0]), pair[1].vaddr)), "e_entry"),
        "larger_than_memory": (draw.beyond_memory(draw.base(), rng.randrange(65, 900) * MIB),
                               "p_memsz"),
        "far_larger_than_memory": (draw.beyond_memory(VADDR + rng.randrange(200) * PAGE,
                                                      2046 * MIB), "p_memsz"),
        "segments_far_apart": (draw.image([Segment(low, LOOP + rng.randbytes(40)), Segment(
            low + rng.randrange(70, 1000) * MIB, LOOP + rng.randbytes(40))]), "p_memsz"),
    }


# Together they weigh 4: files by the field that is at fault, so that a report stays short.
GROUPS = {
    "ident": ("e_ident", "EI_CLASS", "EI_DATA", "EI_VERSION"),
    "header": ("e_type", "e_machine", "e_version", "e_phentsize", "e_phnum", "e_phoff"),
    "segments": ("p_offset", "p_filesz", "p_vaddr", "p_align", "p_type", "e_entry"),
    "sizes": ("p_memsz",),
}


@exercise("1.5", weight=1, read="a program header")
@pytest.mark.parametrize("group", GROUPS)
def test_refuses(machine: MachineFactory, group: str, rng: random.Random) -> None:
    """A malformed image, and no other, is refused with a sentence that names the field."""
    file, entry = Draw(rng).good()
    good = machine(image=file, machine="microvm")
    good.explain("There is nothing wrong with this image: Draw.good of test_1_5_elf.py.")
    entered(good, entry)
    cases = [(name, file, field) for name, (file, field) in refused(rng).items()
             if field in GROUPS[group]]
    rng.shuffle(cases)
    for name, file, field in cases:
        m = machine(image=file, machine="microvm")
        m.explain(f"The image '{name}' of test_1_5_elf.py is to be refused for its {field}; "
                  "elf_image.h has the rules in their order.")
        outcome = m.run_expect(Kind.REFUSED)
        check(f"the report line for '{name}'", f"refused {field}", outcome.reports[-1])
        check_that(f"the console names the field for '{name}'",
                   f": {field}: " in outcome.console, field, outcome.console)
        m.close()

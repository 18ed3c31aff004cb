"""Backtraces across a trap: `bt` goes on from trap_entry.asm into the interrupted function.

trap_common and the stubs are the student's, in assembly and without call frame information. So
this gives it to GDB, as DWARF in an object file of its own. (A gdb.unwinder does not do: its frames
are ordinary ones, whose callers GDB wants at higher addresses. A trap changes the stack, which
only a signal frame may, and DWARF has those.)

One description fits every instruction and every solution. What the processor pushes is recognised
above the stack pointer (Intel SDM vol. 3A §6.14.2). Below it lies struct trap_frame, as far as it
is pushed and not yet popped: a register is there if its place is not below the stack pointer, and
in itself otherwise.

Source: DWARF 4 §2.5, §6.4; the registers' numbers: System V ABI, AMD64 supplement, figure 3.36.
"""

import os
import struct

import gdb

_GENERAL = {"rax": 0, "rdx": 1, "rcx": 2, "rbx": 3, "rsi": 4, "rdi": 5, "rbp": 6,
            **{f"r{n}": n for n in range(8, 16)}}
_PUSHED = {"rip": 16, "cs": 51, "rflags": 49, "rsp": 7, "ss": 52}
_RIP, _CS, _RFLAGS, _RSP, _SS, _END = range(0, 48, 8)  # of what the processor pushes
_SELECTOR_CODE = 8
_LOOK = 512  # bytes above the stack pointer

_DEREF, _CONST1U, _CONST2U, _DUP, _DROP, _OVER = 0x06, 0x08, 0x0A, 0x12, 0x13, 0x14
_AND, _MINUS, _OR, _PLUS, _SHR, _BRA = 0x1A, 0x1C, 0x21, 0x23, 0x25, 0x28
_EQ, _GE, _GT, _NE, _SKIP, _LIT0, _BREG0 = 0x29, 0x2A, 0x2B, 0x2E, 0x2F, 0x30, 0x70
_SP = bytes([_BREG0 + 7, 0])
_CFA_EXPRESSION, _AT_EXPRESSION, _IS_EXPRESSION = 0x0F, 0x10, 0x16


def _number(value: int) -> bytes:
    """An unsigned LEB128."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _block(code: bytes) -> bytes:
    return _number(len(code)) + code


def _jump(operation: int, distance: int) -> bytes:
    return bytes([operation]) + struct.pack("<h", distance)


def _end_of_frame() -> bytes:
    """The address behind the processor's five words, the first ones from the stack pointer on that
    look like it: SS and CS are selectors, RFLAGS has bit 1 set and none above 21."""
    def word(offset: int) -> bytes:
        return bytes([_OVER, _PLUS, offset, _DEREF])

    look = bytes([_DUP, _PLUS, _CS, _DEREF, _LIT0 + _SELECTOR_CODE, _EQ])
    look += word(_SS) + bytes([_CONST1U, 16, _SHR, _LIT0, _EQ, _AND])
    look += word(_RFLAGS) + bytes([_CONST1U, 22, _SHR, _LIT0, _EQ, _AND])
    look += word(_RFLAGS) + bytes([_LIT0 + 2, _AND, _LIT0, _NE, _AND])
    # Not found: any end will do, if only there is one.
    look += bytes([_OVER]) + _SP + bytes([_MINUS, _CONST2U, *struct.pack("<H", _LOOK), _GT, _OR])
    further = bytes([_PLUS, 8])
    look += _jump(_BRA, len(further) + 3) + further
    look += _jump(_SKIP, -len(look) - 3)
    return _SP + look + bytes([_PLUS, _END])


def _rules(frame: dict[str, int]) -> bytes:
    """Where the interrupted code's registers are; `frame` has the offsets of struct trap_frame."""
    end = frame["ss"] + 8
    rules = bytes([_CFA_EXPRESSION]) + _block(_end_of_frame())
    for name, number in _PUSHED.items():
        place = bytes([_CONST1U, end - frame[name], _MINUS])
        rules += bytes([_AT_EXPRESSION, number]) + _block(place)
    for name, number in _GENERAL.items():
        itself = bytes([_DROP, _BREG0 + number, 0])
        value = bytes([_CONST2U, *struct.pack("<H", end - frame[name]), _MINUS, _DUP]) + _SP
        value += bytes([_GE]) + _jump(_BRA, len(itself) + 3)
        value += itself + _jump(_SKIP, 1) + bytes([_DEREF])
        rules += bytes([_IS_EXPRESSION, number]) + _block(value)
    return rules


def _debug_frame(start: int, size: int, rules: bytes) -> bytes:
    """One common entry, of a signal frame, and one for the code."""
    def entry(content: bytes) -> bytes:
        content += bytes(-len(content) % 8)  # DW_CFA_nop
        return struct.pack("<I", len(content)) + content

    common = struct.pack("<I", 0xFFFFFFFF) + b"\1zS\0" + bytes([1, 0x78, _PUSHED["rip"], 0]) + rules
    return entry(common) + entry(struct.pack("<IQQB", 0, start, size, 0))


def _object_file(start: int, debug_frame: bytes) -> bytes:
    """ELF64, of nothing but a .text without bytes and .debug_frame."""
    names = b"\0.text\0.debug_frame\0.shstrtab\0"
    at = 64
    sections = [bytes(64)]
    for name, kind, flags, address, data in (
            (".text", 8, 6, start, b""), (".debug_frame", 1, 0, 0, debug_frame),
            (".shstrtab", 3, 0, 0, names)):
        sections.append(struct.pack("<IIQQQQIIQQ", names.index(name.encode()), kind, flags,
                                    address, at, len(data), 0, 0, 1, 0))
        at += len(data)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0, 0, at, 0, 64, 56, 0,
                         64, len(sections), len(sections) - 1)
    return header + debug_frame + names + b"".join(sections)


def _code() -> tuple[int, int] | None:
    """Start and size of trap_entry.asm's code in the image, or None without such symbols."""
    try:
        start = int(gdb.parse_and_eval("(unsigned long)&trap_stubs"))
        common = int(gdb.parse_and_eval("(unsigned long)&trap_common"))
    except gdb.error:
        return None
    # Its last instruction begins at the last line; whoever else's code is just behind has its own
    # information, which GDB comes upon first.
    table = gdb.find_pc_line(common).symtab
    lines = [line.pc for line in table.linetable()] if table else []
    last = max([common, *lines])
    return start, last + 16 - start


_files: dict[int, int] = {}  # start of the code -> memory file; GDB reads it when it likes


def _describe_traps(event: object = None) -> None:
    """Give GDB the description, once it knows an image with traps."""
    code = _code()
    if code is None or code[0] in _files:
        return
    try:
        fields = gdb.lookup_type("struct trap_frame").fields()
        frame = {field.name: field.bitpos // 8 for field in fields}
        rules = _rules(frame)
    except (gdb.error, KeyError):
        return  # another structure, of which nothing is known
    _files[code[0]] = os.memfd_create("traps")
    with open(_files[code[0]], "wb", closefd=False) as file:
        file.write(_object_file(code[0], _debug_frame(*code, rules)))
    gdb.execute(f"add-symbol-file /proc/{os.getpid()}/fd/{_files[code[0]]}", to_string=True)


gdb.events.new_objfile.connect(_describe_traps)
_describe_traps()

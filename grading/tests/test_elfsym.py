"""Symbols of ELF files."""

import subprocess
from pathlib import Path

import pytest

from guestlib import build_guest
from pagurus.elfsym import read_symbols
from pagurus.errors import UsageError


def test_names_and_addresses(tmp_path: Path) -> None:
    symbols = read_symbols(build_guest(tmp_path, "functions"))
    start = symbols.by_name["add_two"].address
    found = symbols.find(start + 2)
    assert found is not None and (found[0].name, found[1]) == ("add_two", 2)
    assert symbols.find(0xFFF) is None
    assert symbols.find(symbols.high) is None
    assert not symbols.by_name["counter"].is_code
    line = symbols.line(start)
    assert line is not None and "functions.asm:" in line


def test_local_labels_do_not_hide_their_routine(tmp_path: Path) -> None:
    symbols = read_symbols(build_guest(tmp_path, "functions"))
    found = symbols.find(symbols.by_name["sum_bytes"].address + 6)
    assert found is not None and found[0].name == "sum_bytes"


def test_an_address_in_the_copy_of_the_trampoline(tmp_path: Path) -> None:
    (tmp_path / "page.asm").write_text("""
        global trampoline_page, trampoline_start, trampoline_end
trampoline_page equ 0x1000
        section .rodata
before: dq 0
trampoline_start: dq 0
wide:   dw 0
.find:  dw 0
trampoline_end:
        section .text
        ret
""")
    for command in ("nasm -f elf64 page.asm", "ld -Ttext=0x100000 -o page.elf page.o -e 0"):
        subprocess.run(command.split(), cwd=tmp_path, check=True)
    symbols = read_symbols(tmp_path / "page.elf")
    assert [symbols.label_of_copy(0x1000 + at) for at in (-1, 0, 7, 9, 11, 12)] == [
        None, ("trampoline_start", 0), ("trampoline_start", 7), ("wide", 1), ("wide.find", 1), None]


@pytest.mark.parametrize("damage", [b"", b"\x7fELF\x01\x01", b"\x7fELF\x02\x01\x01"])
def test_other_files_are_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "x.elf"
    path.write_bytes(damage)
    with pytest.raises(UsageError, match="x.elf"):
        read_symbols(path)

"""A lab of two exercises in one small assembly file, with tests: something to grade in seconds."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUESTS = Path(__file__).parent / "guests"

LOADER = """; The toy lab.
%include "guest.inc"

%macro TODO 1
    [section .data]
    %%text: db "pagurus: todo ", %1, 10
    %%end:
    __?SECT?__
    mov esi, %%text
    mov ecx, %%end - %%text
    mov edx, 0xe9
    cld
    rep outsb
    DEBUG_EXIT 0x7e
%endmacro

global _start
_start:
    ; EXERCISE 1.1 (10 points): say something.
    REPORT "ok 1 - something"
    ; END EXERCISE 1.1
global half_way
half_way:
    ; EXERCISE 1.2 (20 points): end.
    REPORT "pagurus: exit 42"
    DEBUG_EXIT 42
    ; END EXERCISE 1.2
"""

MAKEFILE = """.PHONY: build
build:
\tmkdir -p build/01-toy
\tnasm -f elf64 -g -i labs/01-toy/ -o build/01-toy/loader.o labs/01-toy/loader.asm
\tld -N --no-warn-rwx-segments -Ttext=0x100000 -o build/01-toy/loader.elf build/01-toy/loader.o
"""

TESTS = '''"""The toy lab's tests."""

from pagurus.checks import check, exercise


@exercise("1.1", read="Saying something")
def test_says_something(machine):
    """The machine says something"""
    m = machine(app=None)
    m.run_to("half_way", budget=15_000_000)
    check("what it says", ["ok 1 - something"], m.tap, hint="REPORT says it")


@exercise("1.2", weight=3)
def test_ends(machine):
    machine(app=None).run_expect_exit(42, budget=20_000_000)


@exercise("1.2")
def test_random(machine, rng):
    assert rng.random() != 2
'''


class ToyLab:
    """A whole tree with this lab, this tree's grader, and QEMU's flags for a quick machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "grading/pagurus", root / "grading/pagurus", ignore=ignore)
        for name in ("grading/conftest.py", "grading/pytest.ini"):
            shutil.copy(ROOT / name, root / name)
        flags = (ROOT / "common/mk/qemu.mk").read_text()
        self.write("common/mk/qemu.mk",
                   re.sub(r"(?m)^(QEMU_MACHINE *=).*", r"\1 microvm", flags))
        shutil.copytree(ROOT / "common/gdb", root / "common/gdb", ignore=ignore)
        self.write("Makefile", MAKEFILE)
        self.write("labs/01-toy/loader.asm", LOADER)
        self.write("labs/01-toy/stage.mk", "# nothing\n")
        shutil.copy(GUESTS / "guest.inc", root / "labs/01-toy/guest.inc")
        self.write("grading/01-toy/test_toy.py", TESTS)

    def write(self, name: str, text: str) -> None:
        """Write a file of the tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def solve(self, **bodies: str) -> None:
        """Write the loader with other bodies: e1_1="…", e1_2="…"."""
        text = LOADER
        for name, body in bodies.items():
            number = name[1:].replace("_", ".")
            head, rest = text.split(f"; EXERCISE {number}", 1)
            marker, rest = rest.split("\n", 1)
            _, tail = rest.split(f"    ; END EXERCISE {number}", 1)
            text = f"{head}; EXERCISE {number}{marker}\n    {body}\n    ; END EXERCISE {number}{tail}"
        self.write("labs/01-toy/loader.asm", text)

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python3 -m pagurus ARGUMENTS` in the tree."""
        return subprocess.run(
            [sys.executable, "-m", "pagurus", *arguments], cwd=self.root, text=True,
            env=self.environment() | variables, capture_output=True, timeout=120, check=False)

    def environment(self) -> dict[str, str]:
        """For the grader in the tree."""
        dropped = ("V", "SEED", "T", "LAB", "ACCEL", "APP", "ARGS")
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        return kept | {"PYTHONPATH": str(self.root / "grading"), "PYTHONDONTWRITEBYTECODE": "1"}

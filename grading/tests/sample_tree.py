"""A tree of labs in miniature: two stages with regions in C and NASM, under git."""

import os
import subprocess
from pathlib import Path

from pagurus.__main__ import main
from pagurus.stages import Stage

MAIN_C = """\
/* The kernel begins here. */
#include "kernel/uart.h"

/* Contract: writes one byte. */
void uart_send(int byte)
{
    /* EXERCISE 1.2 (60 points): send a byte. */
    while (!(inb(0x3f8 + 5) & 0x20))
        pause_briefly();
    outb(0x3f8, byte);
    count_sent_bytes();
    /* END EXERCISE 1.2 */
}

int answer(void)
{
    /* EXERCISE 1.1b (40 points): the answer. */
    /* HANDOUT: return 0; */
    int answer_value = 42;
    return answer_value;
    /* END EXERCISE 1.1b */
}
"""

BOOT_ASM = """\
; The first instructions.
header:
; EXERCISE 1.1a (40 points): the header.
; HANDOUT: dd 0
    dd 0x1badb002
    dd 0x00000003
; END EXERCISE 1.1a
    hlt
"""

UART_H = "/* The serial line. */\nvoid uart_send(int byte);\n"

PAGE_C = """\
int page_map(void)
{
    /* EXERCISE 2.1 (100 points): map one page. */
    int table_level = walk_down(4);
    return set_entry(table_level, 7);
    /* END EXERCISE 2.1 */
}
"""

TEXT_1 = """\
# Lab 01

## Exercise 1.1 (40 points): the header

Files: `boot/boot.asm`, `kernel/main.c`

```
## Exercise 9.9 is not a heading here
```

### Hints

## Exercise 1.2 (60 points): the UART

**Files:** `kernel/main.c`

## Challenges
"""

TEXT_2 = "# Lab 02\n\n## Exercise 2.1 (100 points): pages\n\nFile: `mm/page.c`\n"

FILES = {
    "Makefile": "-include handout.mk\n",
    "README.md": "for everyone\n",
    "LICENSE": "MIT\n",
    ".gitignore": "build/\n",
    ".clang-format": "x\n",
    ".editorconfig": "x\n",
    ".devcontainer/devcontainer.json": "{}\n",
    ".ci/run": "make check\n",
    "common/include/x86.h": "void outb(int port, int byte);\n",
    "common/apps/hidden/secret.c": "hidden application\n",
    "common/apps/from-01/early.c": "an application of stage 01\n",
    "common/apps/from-02/late.c": "an application of stage 02\n",
    "grading/conftest.py": "",
    "grading/pytest.ini": "[pytest]\n",
    "grading/pagurus/grade.py": "",
    "grading/pagurus/handout.py": "",
    "grading/01-boot/test_1_1.py": "",
    "grading/01-boot/hidden/test_1_1.py": "",
    "grading/02-paging/test_2_1.py": "",
    "grading/tests/test_self.py": "",
    "grading/bench/bench.py": "",
    "grading/handout/README.md": "# Lab {{LAB}} {{STAGE}} {{POINTS}} {{FIRST}}\n{{EXERCISES}}\n",
    "grading/handout/gitignore": "/build/\n",
    "grading/mutants/01-boot/1.2-no-wait.c": (
        "/* MUTANT 1.2: does not wait.\n * CAUGHT BY: 1.2/sends_all, 1.2/waits */\n"
        "    outb(0x3f8, byte);\n"
    ),
    "grading/mutants/01-boot/1.1a-wrong-magic.asm": (
        "; MUTANT 1.1a: one digit is wrong.\n; CAUGHT BY: 1.1/magic\n\n"
        "    dd 0x1badb003\n    dd 3\n"
    ),
    "labs/01-boot/README.md": TEXT_1,
    "labs/01-boot/Makefile": "include ../stage.mk\n",
    "labs/01-boot/stage.mk": "# stage 01\n",
    "labs/01-boot/boot/boot.asm": BOOT_ASM,
    "labs/01-boot/kernel/main.c": MAIN_C,
    "labs/01-boot/kernel/uart.h": UART_H,
    "labs/02-paging/README.md": TEXT_2,
    "labs/02-paging/Makefile": "include ../stage.mk\n",
    "labs/02-paging/stage.mk": "SEAMS += kernel/main.c  # starts the page tables\n",
    "labs/02-paging/boot/boot.asm": BOOT_ASM,
    "labs/02-paging/kernel/main.c": MAIN_C + "\nvoid late(void)\n{\n    page_map();\n}\n",
    "labs/02-paging/kernel/uart.h": UART_H,
    "labs/02-paging/mm/page.c": PAGE_C,
}


def git(folder: Path, *arguments: str) -> None:
    """Run git in a test's folder, as nobody in particular."""
    person = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    command = ["git", "-C", str(folder), *person, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def commit_all(folder: Path) -> None:
    """Put all that stands in a folder under git."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "state")


def listing(folder: Path) -> set[str]:
    """The files below a folder, without git's own."""
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    return {name for name in names if not name.startswith(".git/")}


class SampleTree:
    """The tree on disk, and short ways to look at it and to change it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            write(root / name, text)
        commit_all(root)

    @property
    def one(self) -> Stage:
        return Stage(self.root, "01-boot")

    @property
    def two(self) -> Stage:
        return Stage(self.root, "02-paging")

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def write(self, name: str, text: str) -> Path:
        return write(self.root / name, text)

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def commit(self) -> None:
        commit_all(self.root)


def call(monkeypatch, capfd, folder: Path, *argv: object) -> tuple[int, str, str]:
    """Call a verb in a folder: its exit status, stdout and stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SEED", os.environ.get("SEED", ""))  # that a verb draws ends with the test
    capfd.readouterr()
    status = main([str(argument) for argument in argv])
    out, err = capfd.readouterr()
    return status, out, err

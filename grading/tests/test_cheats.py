"""Whole grades of each lab: each exercise earns its own points, other ways all, printing nothing.

The trees are this tree's stages with other bodies in their regions, graded as a student's would be.
That printing earns nothing is shown on lab 01, where every channel of the machine is made.
"""

import json
from pathlib import Path

import pytest
from pagurus import regions, submission, treerun
from pagurus.stages import Stage, find_root, find_stage, find_stages
from pagurus.treerun import HARNESS_ERROR, Result

ROOT = find_root()
STAGES = find_stages(ROOT)
STAGE = find_stage(ROOT, "01")
OWN = regions.own_regions(STAGE)
ALTERNATIVES = Path(__file__).parent / "alternatives"


def points_of(stage: Stage) -> dict[str, int]:
    """What each exercise of a lab is worth, in their order."""
    return {e.id: e.points for e in regions.exercises(regions.own_regions(stage))}


POINTS = points_of(STAGE)


def grade(bodies: dict[str, str], out: Path, stage: Stage = STAGE) -> Result:
    """The grade of the solution with these bodies; no test of it may be the tools' fault."""
    result = treerun.run_tests(submission.with_bodies(stage, bodies, out))
    assert not result.error
    assert not [name for name, verdict in result.verdicts.items() if verdict == HARNESS_ERROR]
    return result


def only(exercises: list[str], stage: Stage = STAGE) -> dict[str, float]:
    """The scores of a student who has done these exercises."""
    return {id_: points if id_ in exercises else 0 for id_, points in points_of(stage).items()}


# -- printing ---------------------------------------------------------------------------------

# All that can be read off the lab text, the headers and the tests.
CONSOLE = """\
loader: refused: long mode: this processor has none, and Pagurus is a 64-bit system
loader: in long mode
loader: 65072 KiB free, 0 modules
loader: entering hello.elf at 0xffffffff80000000
loader: refused image.elf: e_ident: Exec format error
loader: refused image.elf: EI_CLASS: Exec format error
loader: refused image.elf: e_type: Exec format error
loader: refused image.elf: e_phoff: Exec format error
loader: refused image.elf: p_vaddr: Exec format error
loader: refused image.elf: p_memsz: Out of memory
loader: refused image.elf: e_entry: Exec format error
Hello, world!
Hello from Pagurus!
fault: page fault (#PF), vector 14
error code 0x0002: write to an absent page
cr2 0x0000000000000010
rip 0xffffffff80000123 fifth+0x13
rax 0x0000000000000000 rbx 0x0000000000000000 rcx 0x0000000000000000 rdx 0x0000000000000000
rsi 0x0000000000000000 rdi 0x0000000000000000 rbp 0x0000000000000000 rsp 0x0000000000000000
r8  0x0000000000000000 r9  0x0000000000000000 r10 0x0000000000000000 r11 0x0000000000000000
r12 0x0000000000000000 r13 0x0000000000000000 r14 0x0000000000000000 r15 0x0000000000000000
cs  0x0008 ss  0x0010 rflags 0x0000000000000046
cr0 0x0000000080010033 cr3 0x0000000000106000 cr4 0x0000000000000620
backtrace:
  0xffffffff80000123 fifth+0x13
  0xffffffff80000223 fourth+0x13
  0xffffffff80000323 third+0x13
  0xffffffff80000423 second+0x13
  0xffffffff80000523 first+0x13
  0xffffffff80000623 main+0x13
  0xffffffff80000723 kernel_main+0x13
  0xffffffff80000823 _start+0x13
panic: text %s
backtrace:
  0xffffffff80000923 panic+0x0
  0xffffffff80000123 fifth+0x13
came back from 3001 traps
ending with 0
"""
DEBUG = """\
ok 1 - everything
# argv0 617267732e656c66
# end NULL
# module 0x200000 0x1 0xaf63bd4c8601b7df module1 number 0
# frame vector 66 error 0 rip 0xffffffff80000000 cs 0x8 ss 0x10
# after 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0
# stack same
# faults 3000 stack same
# byte 65
PASS 1.1 1.2 1.3 1.4 1.5 1.6 1.7
Score: 100/100
pagurus: todo 9.9
pagurus: refused e_ident
pagurus: panic page fault (#PF) 14 at 0xffffffff80000123
"""
ENDS = {  # the last report line, and the value at port 0xf4 that goes with it
    "exit": ("pagurus: exit 0", 0),
    "refused": ("pagurus: refused long mode: this processor has none", 0x7D),
    "panic": ("pagurus: panic text %s", 0x7F),
}
# QEMU boots this; it is not the header that the exercise asks for.
HEADER = """\
        dd 0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)
        dd multiboot_header, loader_start, loader_data_end, loader_bss_end, _start
"""


def printing_asm(end: str, name: str) -> str:
    """Code of any width that says everything and ends the machine."""
    line, value = ENDS[end]
    texts = [(0x3F8, CONSOLE.replace("\n", "\r\n")), (0xE9, f"{DEBUG}{line}\n")]
    lines = [f"%macro SAY_{name} 0"]
    for number, (port, text) in enumerate(texts):
        lines += ["%if __BITS__ == 64", f"lea rbx, [rel %%said{number}]", "%else",
                  f"mov ebx, %%said{number}", "%endif", f"mov ecx, {len(text)}", f"mov edx, {port}",
                  f"%%next{number}: mov al, [%%POINTER]", "out dx, al", "inc %%POINTER",
                  "dec ecx", f"jnz %%next{number}"]
    lines += ["mov edx, 0xf4", f"mov eax, {value}", "out dx, eax", "hlt"]
    lines += [f"%%said{number}: db {', '.join(str(byte) for byte in text.encode())}"
              for number, (_, text) in enumerate(texts)]
    body = "\n".join([*lines, "%endmacro"])
    wide, narrow = body.replace("%%POINTER", "rbx"), body.replace("%%POINTER", "ebx")
    return f"%if __BITS__ == 64\n{wide}\n%else\n{narrow}\n%endif\n        SAY_{name}\n"


def printing_c(end: str) -> str:
    """The same as the body of a function."""
    line, value = ENDS[end]
    return f"""\
    void report(const char *, ...);
    _Noreturn void debug_exit(unsigned);
    for (const char *text = {json.dumps(CONSOLE)}; *text; text++)
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((unsigned short)0x3f8));
    report("%s%s\\n", {json.dumps(DEBUG)}, {json.dumps(line)});
    debug_exit({value});
"""


def printing(region: regions.Region, end: str) -> str:
    """What stands in a region of somebody who only prints."""
    if not region.file.endswith(regions.NASM_SUFFIXES):
        return printing_c(end)
    data = {"1.1a": HEADER, "1.2d": region.placeholder}
    return data.get(region.id) or printing_asm(end, region.id[2:])


@pytest.mark.parametrize("end", ENDS)
def test_printing_from_the_first_instruction_earns_nothing(end: str, tmp_path: Path) -> None:
    bodies = {id_: printing(region, end) for id_, region in OWN.items()}
    assert grade(bodies, tmp_path / "tree").scores == only([])


LOADER = ["1.1", "1.2", "1.3", "1.4", "1.5"]


@pytest.mark.parametrize("honest, end", [(LOADER[:2], "refused"), (LOADER, "exit"),
                                         (LOADER, "panic")])
def test_printing_from_later_on_earns_nothing_more(
    honest: list[str], end: str, tmp_path: Path
) -> None:
    bodies = {id_: printing(region, end) for id_, region in OWN.items()
              if region.exercise not in honest}
    assert grade(bodies, tmp_path / "tree").scores == only(honest)


# -- in order ---------------------------------------------------------------------------------


STEPS = [pytest.param(stage, done, id=f"{stage.lab}-{done}")
         for stage in STAGES for done in range(len(points_of(stage)))]


@pytest.mark.parametrize("stage, done", STEPS)
def test_the_first_exercises_earn_their_points(stage: Stage, done: int, tmp_path: Path) -> None:
    """Tests of an exercise need it and those before it, and nothing else."""
    finished = list(points_of(stage))[:done]
    bodies = {id_: region.placeholder for id_, region in regions.own_regions(stage).items()
              if region.exercise not in finished}
    result = grade(bodies, tmp_path / "tree", stage)
    assert result.scores == only(finished, stage)
    odd = {name: verdict for name, verdict in result.verdicts.items()
           if verdict != ("PASS" if name.split("/")[0] in finished else "NOT-DONE")}
    assert not odd


# -- other ways -------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.lab)
def test_another_solution_earns_everything(stage: Stage, tmp_path: Path) -> None:
    """Every region written in another way that its contract allows."""
    own = regions.own_regions(stage)
    folder = ALTERNATIVES / stage.name
    bodies = {path.stem: path.read_text() for path in sorted(folder.iterdir())}
    assert set(bodies) == set(own)
    same = [id_ for id_, body in bodies.items() if body.split() == own[id_].body.split()]
    assert not same
    result = grade(bodies, tmp_path / "tree", stage)
    assert not {name: verdict for name, verdict in result.verdicts.items() if verdict != "PASS"}
    assert result.scores == points_of(stage)

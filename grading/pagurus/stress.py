"""The verb `stress LAB [time=60] [seed=N]`: one storm of threads after the other, until one fails.

A run is one machine and one application with random preemption (PREEMPT=random). Its seed draws the
application, the arguments, the preemption, and how the machine runs:

- side by side: each CPU has a thread of the host, so that things really happen at the same time;
- counted: the CPUs take turns, and time is counted in instructions. Such a run repeats itself; half
  of them have one CPU only, which QEMU can record, for `make rewind`.

A machine has failed if it ends with anything but exit 0, and if it does not end: when it has used
_LIMIT seconds of processor time, or when all its CPUs halt for _STILL seconds. A host that is busy
gives it little time, which is no fault. Then the console is shown, and where each CPU and thread
stands: a failure stops the machine at once, since pvpanic stands where debug_exit writes, and QEMU
pauses a machine that panics.
"""

import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pagurus import arguments, grade, qemu
from pagurus.build import build
from pagurus.debug import Target, listen, write_script
from pagurus.errors import UsageError
from pagurus.lab import Lab
from pagurus.machine import die_with_parent
from pagurus.outcome import split_debug
from pagurus.stages import Stage, find_root, find_stage
from pagurus.verdict import HarnessError

_CPUS = 4
_SECONDS = 60
_LIMIT = 20.0  # of processor time; a run takes one, and three where the host is very busy
_STILL = 5.0  # nothing that a storm waits for takes longer than a millisecond
_LOOK = 0.02
_GDB_SECONDS = 120
_LOOKS = ("cpus", "locks", "timers", "threads", "btall")
_MARK = "---- "
_OUTPUT = 8000  # characters of a console that are shown

# A fair spinlock passes from one CPU to the next, also to one that has no processor of the host at
# the moment: then all wait for that. So storms in which all threads meet at one place are slow.
_QUICK = ("mutex", "recursive", "cond", "sem", "rwlock", "spin", "sleep")
_SLOW = ("broadcast", "barrier", "once")


def _sync(rng: random.Random, size: int) -> str:
    """sync_storm: all that threads wait by."""
    slow = rng.randrange(3) == 0
    kinds = rng.sample(_SLOW, 2) if slow else ["pair", rng.choice(_QUICK)]
    if rng.randrange(3) == 0:
        kinds.insert(1, "vain")
    rounds = rng.randrange(4, 12) if slow else rng.randrange(30, 120)
    threads = 2 * rng.randrange(3, 8)
    return f"{rng.randrange(1 << 32)} {threads} {rounds * size} {' '.join(kinds)}"


def _threads(rng: random.Random, size: int) -> str:
    """thread_storm: threads that make, join and detach each other."""
    return f"{rng.randrange(1, 1 << 32)} {rng.randrange(30, 120) * size}"


def _memory(rng: random.Random, size: int) -> str:
    """memory_model: heap, mappings and page tables on all CPUs."""
    kind, most = rng.choice(
        (("storm", 14), ("storm", 14), ("remap", 20), ("wait", 20), ("busy", 10)))
    return f"{kind} {rng.randrange(1, 1 << 32)} {rng.randrange(most // 4, most) * size}"


_STORMS: tuple[tuple[str, Callable[[random.Random, int], str], int], ...] = (
    ("sync_storm", _sync, 4), ("thread_storm", _threads, 2), ("memory_model", _memory, 2))
_COUNTED = 2  # one run out of so many
_COUNTED_SIZE = 4  # and so much more is done in it: nobody waits there for a busy host


@dataclass(frozen=True)
class Run:
    """What a seed draws."""

    seed: int
    counted: bool
    cpus: int
    app: str
    args: str

    @property
    def way(self) -> str:
        return f"counted, CPUS={self.cpus}" if self.counted else "side by side"

    def variables(self, stage: Stage, cpus: int | None = None) -> str:
        """For make run, make gdb and make rewind."""
        return (f"LAB={stage.lab} PREEMPT=random SEED={self.seed} CPUS={cpus or self.cpus} "
                f"APP={self.app} ARGS={shlex.quote(self.args)}")


def draw(seed: int) -> Run:
    """The run of a seed. Only TCG can count."""
    rng = random.Random(seed)
    counted = rng.randrange(_COUNTED) == 0 and qemu.accelerator() == "tcg"
    cpus = rng.choice((1, _CPUS)) if counted else _CPUS
    app, args, _ = rng.choices(_STORMS, [share for _, _, share in _STORMS])[0]
    return Run(seed, counted, cpus, app, args(rng, _COUNTED_SIZE if counted else 1))


def main(argv: Sequence[str]) -> int:
    """Runs until the time is over or one fails: exit status 0 or 1."""
    given = arguments.parse("stress", argv, may=["LAB"], options=["time", "seed"])
    stage = find_stage(find_root(), given.plain[0])
    seconds, seed = given.option("time") or str(_SECONDS), given.option("seed")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", seconds, re.ASCII):
        raise UsageError(f"TIME={seconds} is no number of seconds")
    if seed and not re.fullmatch(r"[0-9]{1,18}", seed, re.ASCII):
        raise UsageError(f"SEED={seed}: a number of at most 18 digits")
    if not re.search(r"^DEBUG_PREEMPT ", (stage.path / "stage.mk").read_text(), re.MULTILINE):
        raise UsageError(f"lab {stage.lab} has no threads to stress")
    try:
        broken = build(stage)
        if broken:
            print(broken.output)
            return grade.POINTS_LOST
        return _stress(stage, int(seconds), int(seed) if seed else None)
    except HarnessError as error:
        print(f"pagurus: {error}", file=sys.stderr)
        return grade.HARNESS


def _stress(stage: Stage, seconds: int, seed: int | None) -> int:
    """A seed that is given is that of each run: all is the same then but the host's timing."""
    end = time.monotonic() + seconds
    seeds = random.Random()
    number = 0
    while time.monotonic() < end or number == 0:
        number += 1
        run = draw(seed if seed is not None else seeds.randrange(10**9))
        print(f"run {number}, SEED={run.seed}, {run.way}: {run.app} {run.args}: ", end="",
              flush=True)
        start = time.monotonic()
        said, used = run_one(stage, run)
        took = time.monotonic() - start
        print(f"{said or 'ends well'}, {took:.1f} s, {used:.1f} s of processor time", flush=True)
        if said:
            print(f"\nThe same again:  make stress LAB={stage.lab} SEED={run.seed}\n"
                  f"By hand:         make run {run.variables(stage)}")
            if run.counted:
                back = "And back:   " if run.cpus == 1 else "On one CPU: "
                print(f"It repeats:      make gdb {run.variables(stage)}\n"
                      f"{back}     make rewind {run.variables(stage, cpus=1)}")
            print(f"stress: run {number} failed with SEED={run.seed}")
            return grade.POINTS_LOST
    print(f"stress: {number} of {number} runs end well")
    return grade.FULL_MARKS


# -- one run ----------------------------------------------------------------------------------


def run_one(stage: Stage, run: Run) -> tuple[str, float]:
    """Start it, and wait for its end; what went wrong, after having shown it, or nothing; and how
    much processor time it took."""
    parent = stage.root / "build" / "stress"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        return _run_in(stage, run, Path(folder))


def _run_in(stage: Stage, run: Run, folder: Path) -> tuple[str, float]:
    """The same, with its files in a folder."""
    lab = Lab(stage)
    image = lab.image(f"{run.app}.preempt")
    spec = qemu.MachineSpec(lab.loader, lab.build, [image.name], f"preempt={run.seed} {run.args}",
                            smp=run.cpus, counted=run.counted)
    socket = folder / "gdb.sock"
    with listen(socket) as listener, open(folder / "qemu.txt", "wb") as errors:
        command = [re.sub("^isa-debug-exit,iobase=(.*),iosize=4$", r"pvpanic,ioport=\1", word)
                   for word in qemu.base_command(spec)]
        command += [
            "-serial", f"file:{folder / 'console.txt'}",
            "-debugcon", f"file:{folder / 'debug.txt'}",
            "-d", "cpu_reset", "-D", str(folder / "log.txt"),
            "-action", "reboot=shutdown,shutdown=pause,panic=pause",
            "-chardev", f"socket,id=gdb,fd={listener.fileno()},server=on,wait=off",
            "-gdb", "chardev:gdb"]
        try:
            process = subprocess.Popen(
                command, cwd=lab.build, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                pass_fds=[listener.fileno()], start_new_session=True, preexec_fn=die_with_parent)
        except OSError as error:
            raise HarnessError(f"cannot start {command[0]}: {error.strerror}") from error
        try:
            said, used = _wait(process, folder)
            if said:
                target = Target(spec, [lab.loader, image])
                _show(stage, target, folder, process.poll() is None)
            return said, used
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path) -> tuple[str, float]:
    """Until the machine has ended, or never will: what went wrong, or nothing; processor time."""
    since, used, runs = time.monotonic(), 0.0, True
    while True:
        ended = process.poll() is not None
        if not ended:
            used, runs = _processor_time(process.pid)
        debug = _text(folder, "debug")
        reports, _ = split_debug(debug[:debug.rfind("\n") + 1])
        if reports:
            return _meaning(reports[-1]), used
        if ended:
            said = _text(folder, "qemu").strip()
            raise HarnessError(f"QEMU ended with status {process.returncode}: {said}")
        if "Triple fault" in _text(folder, "log"):
            return "triple fault", used
        if used > _LIMIT:
            return f"it has not ended after {used:.0f} s of processor time", used
        if runs:
            since = time.monotonic()
        elif time.monotonic() - since > _STILL:
            return "it has not ended, and nothing goes on any more", used
        time.sleep(_LOOK)


def _meaning(report: str) -> str:
    """What a machine's last word says is wrong."""
    word, _, rest = report.partition(" ")
    if word == "todo":
        return f"exercise {rest.partition(' ')[0]} is not done yet"
    return "" if report == "exit 0" else f"the machine says '{report}'"


def _text(folder: Path, name: str) -> str:
    path = folder / f"{name}.txt"
    return path.read_text(errors="replace") if path.exists() else ""


def _processor_time(pid: int) -> tuple[float, bool]:
    """Seconds that a process has had, and whether one of its threads runs or is ready to."""
    ticks, runs = 0, False
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            fields = (thread / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        ticks += int(fields[11]) + int(fields[12])
        runs |= fields[0] == "R"
    return ticks / os.sysconf("SC_CLK_TCK"), runs


def _show(stage: Stage, target: Target, folder: Path, is_there: bool) -> None:
    """The consoles, and with GDB's commands where everything stands."""
    print()
    for name in ("console", "debug"):
        text = _text(folder, name).replace("\r", "").strip()
        if text:
            print(f"{_MARK}the {name} console\n{text[-_OUTPUT:]}")
    if not is_there:
        return
    script = write_script(stage, target, folder, folder / "gdb.sock")
    command = ["gdb", "-nx", "-q", "-batch", "-x", str(script)]
    for look in _LOOKS:
        command += ["-ex", f"echo {_MARK}{look}\\n", "-ex", look]
    try:
        done = subprocess.run(command, cwd=stage.root, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=_GDB_SECONDS, check=False)
        print(_MARK + done.stdout.partition(_MARK)[2].strip())
    except FileNotFoundError:
        print("no gdb here, to show where CPUs and threads stand; `make setup` installs it")
    except subprocess.TimeoutExpired:
        print(f"gdb did not say within {_GDB_SECONDS} s where CPUs and threads stand")

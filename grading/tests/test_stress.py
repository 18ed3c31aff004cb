"""The verb stress: storms end well on the solution; a broken kernel is found, named and shown."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gdblib import ROOT, Session, build_images, sessions
from pagurus import stress, submission
from pagurus.machine import Machine
from pagurus.qemu import MachineSpec
from pagurus.stages import Stage, find_stage
from test_front_door import make

NOBODY_WAKES = {  # regions, and bodies that forget it
    "3.5g": "    self->result = result;\n    self->finished = true;\n",
    "3.7b": "",
}


def seed_of(app: str, *words: str, cpus: int = 4) -> int:
    """A seed that draws a counted run of an application, with these words in its arguments."""
    for seed in itertools.count():
        run = stress.draw(seed)
        drawn = (run.counted, run.cpus, run.app)
        if drawn == (True, cpus, app) and set(words) <= set(run.args.split()):
            return seed
    raise AssertionError


# -- the verb -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "says"), [
    (["LAB=03", "TIME=x"], "TIME=x is no number of seconds"),
    (["LAB=03", "TIME=0"], "TIME=0 is no number of seconds"),
    (["LAB=03", "TIME=-1"], "TIME=-1 is no number of seconds"),
    (["LAB=03", "SEED=x"], "SEED=x: a number of at most 18 digits"),
    (["LAB=03", "SEED=$(shell echo 1)"], "SEED=$(shell echo 1): a number"),
    (["LAB=01"], "lab 01 has no threads to stress"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_nonsense_is_one_line(words: list[str], says: str) -> None:
    done = make("-s", "stress", *words)
    ours = [line for line in done.stderr.splitlines() if "***" not in line]
    assert done.returncode == 2
    assert len(ours) == 1 and says in ours[0]


@pytest.mark.parametrize(("words", "says"), [
    (["PREEMPT=often"], "PREEMPT=often: there is random"),
    (["PREEMPT=random", "LAB=02"], "PREEMPT=random: lab 02 preempts nobody"),
    (["PREEMPT=random", "LOCKS=debug"], "are three images: choose one"),
    (["PREEMPT=random", "SEED=x"], "SEED=x: a number of at most 18 digits"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_nonsense_in_make_run(words: list[str], says: str) -> None:
    done = make("-s", "run", *(["LAB=03"] if "LAB=02" not in words else []), *words)
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if says in line]


def test_a_seed_draws_one_run() -> None:
    assert stress.draw(7) == stress.draw(7)
    drawn = [stress.draw(seed) for seed in range(200)]
    assert len({(run.app, run.args) for run in drawn}) == 200
    assert {run.app for run in drawn} == {"sync_storm", "thread_storm", "memory_model"}
    assert {run.counted for run in drawn} == {True, False}


# -- a right kernel -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "03", "sync_storm", "sync_storm.preempt")


@pytest.fixture
def stage(images: Path) -> Stage:
    """Lab 03, which is built."""
    return find_stage(ROOT, "03")


def instructions(images: Path, seed: int) -> int:
    """How many a storm takes, up to its end."""
    loader, image = images / "loader.elf", images / "sync_storm.preempt.elf"
    spec = MachineSpec(loader, images, [image.name], f"preempt={seed} 1 6 5 mutex cond", smp=4)
    with Machine(spec, [loader, image]) as m:
        m.run_to("image:machine_exit", budget=400_000_000)
        assert "cond: 30 rounds" in m.console  # main does not see the seed
        count = m.icount()
        m.run_expect_exit(0)
        return count


def test_the_seed_decides_when_time_is_counted(images: Path) -> None:
    assert instructions(images, 5) == instructions(images, 5)
    assert len({instructions(images, seed) for seed in (5, 6, 7)}) == 3


def slices(session: Session) -> list[int]:
    """How long the next turns on CPU 0 will be at most."""
    session.run_to("main")
    found = []
    for _ in range(12):
        session.run_to("schedule_finish")
        found.append(session.gdb.value("cpus[0]->queue.slice_end - cpus[0]->thread->began"))
    return found


def test_slices_differ(images: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with sessions(images, tmp_path_factory) as start:
        usual = slices(start(app="sync_storm", args="1 6 50 mutex"))
        drawn = slices(start(app="sync_storm.preempt", args="preempt=9 1 6 50 mutex"))
    assert set(usual) == {2_000_000}
    assert len(set(drawn)) > 3 and min(drawn) >= 500 and max(drawn) <= 2_000_000


def test_a_right_kernel_ends_well(stage: Stage) -> None:
    for app in ("sync_storm", "thread_storm", "memory_model"):
        assert stress.run_one(stage, stress.draw(seed_of(app)))[0] == ""


def test_a_limit_of_processor_time(stage: Stage, monkeypatch: pytest.MonkeyPatch,
                                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(stress, "_LIMIT", 0.05)
    run = stress.Run(1, False, 4, "sync_storm", "1 12 100000000 mutex")
    said, used = stress.run_one(stage, run)
    assert re.fullmatch(r"it has not ended after \d+ s of processor time", said) and used > 0.05
    assert "4 CPUs" in capsys.readouterr().out  # or, that early, that the image is not mapped yet


# -- a broken one -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree in which threads that wait are not woken."""
    out = tmp_path_factory.mktemp("broken") / "tree"
    submission.with_bodies(find_stage(ROOT, "03"), NOBODY_WAKES, out)
    return out


def run_stress(tree: Path, seed: int, cpus: int) -> str:
    """It fails, and says what is needed to see it again."""
    done = subprocess.run(
        [sys.executable, "-m", "pagurus", "stress", "03", "time=1", f"seed={seed}"], cwd=tree,
        env={**os.environ, "PYTHONPATH": "grading"}, capture_output=True, text=True, timeout=600,
        check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    run = stress.draw(seed)
    variables = f"LAB=03 PREEMPT=random SEED={seed} CPUS={cpus} APP={run.app} ARGS='{run.args}'"
    assert f"make stress LAB=03 SEED={seed}\n" in done.stdout
    for verb in ("run", "gdb"):
        assert f"make {verb} {variables}\n" in done.stdout
    assert f"make rewind {variables.replace('CPUS=4', 'CPUS=1')}\n" in done.stdout
    assert done.stdout.splitlines()[-1] == f"stress: run 1 failed with SEED={seed}"
    for look in ("cpus", "locks", "timers", "threads", "btall"):
        assert f"---- {look}\n" in done.stdout
    assert re.search(rf"^{cpus} CPU", done.stdout, re.MULTILINE)
    return done.stdout


def test_a_storm_that_complains(broken: Path) -> None:
    said = run_stress(broken, seed_of("sync_storm", "pair", cpus=1), 1)
    assert "the machine says 'exit 1'" in said
    assert "---- the console console\n" in said and "stuck: all threads wait" in said
    assert re.search(r"^(semaphore|mutex|condition|barrier) +\S+: .*waits?$", said, re.MULTILINE)


def test_a_machine_that_hangs(broken: Path) -> None:
    said = run_stress(broken, seed_of("thread_storm"), 4)
    assert "nothing goes on any more" in said
    assert "thread_join < pthread_join" in said

"""The front door: nonsense is one line and exit status 2, `make run` tells ends, setup installs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pagurus.stages import find_root

CHECKOUT = find_root()
OUR_OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PAGURUS_JOBS", "LAB", "APP", "ARGS", "SETUP", "V")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OUR_OWN}


def make(*words: str, stdin: str = "", cwd: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=cwd, env=ENVIRONMENT, input=stdin, text=True,
                          capture_output=True, timeout=120, check=False)


def as_typed(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else ""


@pytest.mark.parametrize(("words", "says"), [
    (["exercises", "LAB=99"], "no lab '99'"),
    (["exercises", "LAB="], "no lab ''"),
    (["exercises", "LAB=%"], "no lab '%'"),
    (["exercises", "LAB=01 01"], "no lab '01 01'"),
    (["exercises", "LAB=$(shell echo 01)"], "no lab '$(shell echo 01)'"),
    (["run", "APP=nosuch"], "no application 'nosuch'; there are: args"),
    (["run", "APP="], "no application ''"),
    (["run", "APP=../apps/hello"], "no application '../apps/hello'"),
    (["run", "ACCEL=xen"], "there are tcg and kvm"),
    (["run", "MEMORY=lots"], "a size is written 64M or 8G"),
    (["run", "MEMORY=1M"], "2M is the least"),
    (["run", "MACHINE=q35 -S"], "as in q35 or microvm"),
    (["grade", "ISOLATE=maybe"], "say yes or no"),
    (["test", "T=9.9"], "no exercise '9.9'"),
    (["test", "T=1.1;ls"], "no exercise '1.1;ls'"),
    (["setup", "GROUP=nobody"], "no group 'nobody'"),
    (["handout"], "OUT is missing"),
    (["diff", "FROM=01"], "TO is missing"),
    (["rewind", "CPUS=2"], "records machines of one processor only, and this one has 2"),
    (["rewind", "CPUS=many"], "CPUS=many: a number from 1 to 255"),
    (["rewind", "T=9.9"], "no exercise '9.9'"),
    (["bench", "N=x"], "N=x: a number of rounds is 11 to 99"),
    (["bench", "N=0"], "N=0: a number of rounds"),
    (["bench", "N=-1"], "N=-1: a number of rounds"),
    (["soak", "N=x"], "N=x is no number of runs"),
    (["soak", "N=²"], "N=² is no number of runs"),
    (["soak", "N=-1"], "N=-1 is no number of runs"),
    (["carry", "FROM=/nowhere at all"], "/nowhere at all is not a folder"),
], ids=as_typed)
def test_nonsense_is_one_line(words, says):
    done = make("-s", *words)
    ours = [line for line in done.stderr.splitlines() if says in line]
    others = [line for line in done.stderr.splitlines() if line not in ours and "***" not in line]
    assert done.returncode == 2
    assert len(ours) == 1 and not others, done.stderr


@pytest.mark.parametrize(("words", "status", "console", "says"), [
    (["run"], 0, "Hello, world!", "hello: exit status 0"),
    (["run", "APP=exit", "ARGS=42"], 2, "ending with 42", "exit: exit status 42"),
    (["run", "APP=fault", "ARGS=page-null 1"], 2, "page fault", "fault: panic: page fault"),
    (["run", "APP=args", "ARGS=$HOME 'a  b' ,;"], 0, 'argv[2] = "a  b"', "args: exit status 0"),
    (["run", "APP=args", "ARGS=$HOME"], 0, 'argv[1] = "$HOME"', "args: exit status 0"),
    (["run", "APP=cat", "ARGS=2"], 0, "hi", "cat: exit status 0"),
], ids=as_typed)
def test_run_tells_how_it_ended(words, status, console, says):
    done = make("-s", *words, stdin="hi")
    assert console in done.stdout
    assert says in done.stderr
    assert done.returncode == status


def test_run_inside_a_lab():
    done = make("-s", "run", "APP=args", "ARGS=a$b", cwd=CHECKOUT / "labs/01-boot")
    assert done.returncode == 0 and 'argv[1] = "a$b"' in done.stdout


def test_help_is_one_screen():
    lines = make("help").stdout.splitlines()
    assert 20 < len(lines) <= 40 and max(map(len, lines)) <= 100


# -- setup, in a tree of its own with a package that no system has -------------------------------

APT = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *"install"*) {install};; esac
"""


@pytest.fixture(name="bare")
def fixture_bare(tmp_path):
    """A tree with setup's files; the package `crab` is seen by a command that apt-get makes."""
    shutil.copytree(CHECKOUT / "common/mk", tmp_path / "common/mk")
    (tmp_path / "common/packages.txt").write_text(
        "student crab|lobster pagurus-crab - pinches\nstudent coreutils ls - lists\n")
    (tmp_path / "bin").mkdir()
    executable(tmp_path / "bin/sudo", '#!/bin/sh\nexec "$@"\n')
    return tmp_path


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def apt_get(tree: Path, installs: bool) -> None:
    crab = tree / "bin/pagurus-crab"
    install = f"echo >{crab}; chmod +x {crab}" if installs else "exit 100"
    executable(tree / "bin/apt-get", APT.format(log=tree / "apt.log", install=install))


def run_setup(tree: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {"PATH": f"{tree}/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | more
    return subprocess.run([tree / "common/mk/setup.sh", *words], env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)


def test_setup_installs_what_is_missing_once(bare):
    apt_get(bare, installs=True)
    first = run_setup(bare, "student")
    assert first.returncode == 0, first.stderr
    assert "crab: pinches" in first.stderr and "coreutils" not in first.stderr
    update, install = (bare / "apt.log").read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(" crab") and "--no-install-recommends" in install
    again = run_setup(bare, "student")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_setup_forbidden_names_the_command(bare):
    apt_get(bare, installs=True)
    done = run_setup(bare, "student", SETUP="no")
    assert done.returncode == 2
    assert "apt-get install --yes --no-install-recommends crab\n" in done.stderr
    assert not (bare / "apt.log").exists()


def test_setup_that_fails_says_so(bare):
    apt_get(bare, installs=False)
    done = run_setup(bare, "student")
    assert done.returncode == 2 and "apt-get could not install: crab" in done.stderr


def test_doctor_names_the_mend(bare):
    environment = ENVIRONMENT | {"PATH": f"{bare}/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run([bare / "common/mk/doctor.sh"], env=environment, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "make setup, or" in done.stdout and "missing" in done.stdout

"""The command line: `python3 -m pagurus VERB …` finds the verb's module and calls it."""

import importlib
import importlib.util
import signal
import sys
from collections.abc import Sequence

from pagurus.errors import UsageError

# verb -> module:function; the function takes the arguments after the verb and returns the exit
# status. Modules are imported only when their verb is called.
VERBS: dict[str, str] = {
    "exercises": "exercises:main",
    "check-text": "labtext:main",
    "handout": "handout:main",
    "carry": "carry:main",
    "drift": "drift:main",
    "forward": "forward:main",
    "diff": "stagediff:main",
    "mutants": "mutants:main",
    "emptied": "emptied:main",
    "earlier": "earlier:main",
    "soak": "soak:main",
    "stress": "stress:main",
    "grade": "grade:grade_main",
    "test": "grade:test_main",
    "gdb": "debug:gdb_main",
    "qemu-gdb": "debug:qemu_gdb_main",
    "rewind": "debug:rewind_main",
}


def main(argv: Sequence[str]) -> int:
    """Run one verb; an error of usage is one line on stderr and exit status 2."""
    try:
        if not argv or argv[0] not in VERBS:
            given = f"unknown verb '{argv[0]}'" if argv else "no verb given"
            raise UsageError(f"{given}; there are: {' '.join(sorted(VERBS))}")
        module_name, function_name = VERBS[argv[0]].split(":")
        name = f"pagurus.{module_name}"
        if importlib.util.find_spec(name) is None:
            raise UsageError(f"'{argv[0]}' is for instructors and not part of a student's tree")
        module = importlib.import_module(name)
        return getattr(module, function_name)(list(argv[1:]))
    except UsageError as error:
        print(f"pagurus: {error}", file=sys.stderr)
        return 2


def _end(number: int, _: object) -> None:
    """Ends by an exception, so that whoever has started processes ends them."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is signal.SIG_DFL:  # nohup has them ignored
            signal.signal(ending, _end)
    sys.exit(main(sys.argv[1:]))

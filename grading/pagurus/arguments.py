"""Arguments of the tree tools: plain ones by position, options as make writes them, `name=value`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pagurus.errors import UsageError

_OPTION = re.compile(r"([A-Za-z]+)=(.*)", re.DOTALL)
_YES = {"1": True, "yes": True, "": False, "0": False, "no": False}


@dataclass(frozen=True)
class Arguments:
    """What a verb was called with; an option that is absent or empty counts as not given."""

    plain: tuple[str, ...]
    options: dict[str, str]

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.option(name)
        if value.lower() not in _YES:
            raise UsageError(f"{name.upper()}={value}: say yes (1) or no (0)")
        return _YES[value.lower()] if value else default


def parse(
    verb: str,
    argv: Sequence[str],
    needs: Sequence[str] = (),
    may: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Arguments:
    """Read a verb's arguments: `needs` and then `may` name the plain ones, `options` the others."""
    usage = " ".join(
        [verb, *needs, *(f"[{name}]" for name in may), *(f"[{name}=…]" for name in options)]
    )
    plain: list[str] = []
    given: dict[str, str] = {}
    for argument in argv:
        match = _OPTION.fullmatch(argument)
        if match and match[1].lower() in options:
            given[match[1].lower()] = match[2]
        elif argument.startswith("-"):
            raise UsageError(f"unknown option '{argument}'; usage: {usage}")
        else:
            plain.append(argument)
    for name, value in zip(needs, [*plain, *[""] * len(needs)]):
        if not value:
            raise UsageError(f"{name} is missing; usage: {usage}")
    if len(plain) > len(needs) + len(may):
        surplus = plain[len(needs) + len(may)]
        raise UsageError(f"'{surplus}' is one argument too many; usage: {usage}")
    plain += [""] * (len(needs) + len(may) - len(plain))
    return Arguments(tuple(plain), given)

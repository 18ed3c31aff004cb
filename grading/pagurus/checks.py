"""What a lab's test says with: `check` one value, or `fail` with a sentence; and its mark."""

from typing import Any, NoReturn

import pytest

from pagurus.verdict import CheckFailed, Words

# @exercise("1.5", weight=2, read="heading in the lab text")
exercise = pytest.mark.exercise


def check(label: str, expected: Any, found: Any, hint: str | None = None) -> None:
    """Go on if both are equal; otherwise FAIL, and the report shows label, expected and found."""
    if expected != found:
        raise CheckFailed(label, expected, found, hint)


def check_that(label: str, condition: bool, expected: Any, found: Any,
               hint: str | None = None) -> None:
    """Go on if the condition holds; `expected` says in words what it asks for."""
    if not condition:
        raise CheckFailed(label, Words(expected), found, hint)


def fail(sentence: str, expected: Any = None, found: Any = None,
         hint: str | None = None) -> NoReturn:
    """FAIL, with one sentence that says what is wrong."""
    raise CheckFailed(sentence, Words(expected) if expected is not None else None,
                      Words(found) if isinstance(found, str) else found, hint)

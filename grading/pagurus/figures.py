"""Numbers as a report should show them: counts in decimal, results and errno with the error's name."""

import errno

from pagurus.verdict import Words


class Result(int):
    """What a kernel's function returns: 0 or more, or a negative errno."""

    def __str__(self) -> str:
        name = errno.errorcode.get(abs(self)) if self else None
        return f"{int(self)} ({'-' if self < 0 else ''}{name})" if name else f"{int(self)}"

    __repr__ = __str__

    def __neg__(self) -> "Result":
        return Result(-int(self))

    @staticmethod
    def of(rax: int) -> "Result":
        """An int that a function has returned."""
        return Result((rax & 0xFFFFFFFF ^ 1 << 31) - (1 << 31))


EFAULT, EEXIST, EINVAL, ENOMEM = (Result(number) for number in (
    errno.EFAULT, errno.EEXIST, errno.EINVAL, errno.ENOMEM))


def count(number: int | None) -> Words:
    """How many there are, however many."""
    return Words(number)

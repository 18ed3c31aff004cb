"""What the bench found: the table of targets, and the file for machines to read."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.measure import Findings, Target


def target_table(found: Sequence[Target]) -> list[str]:
    """A line a target: the number, its limit, and whether it is met."""
    width = max((len(one.what) for one in found), default=0)
    lines = [f"{'':<{width}}{'measured':>11}{'target':>14}"]
    for one in found:
        sign = "<=" if one.at_most else ">="
        lines.append(f"{one.what:<{width}}{_number(one.found):>11}{sign:>5}"
                     f"{_number(one.limit):>9} {one.unit:<12} {one.verdict}")
    return lines


def as_json(findings: Sequence[Findings], about: dict[str, Any]) -> dict[str, Any]:
    """Everything that was measured, every single boot and every count included."""
    kept = dict(about)
    for one in findings:
        kept.update(one.data)
    kept["targets"] = [{**asdict(target), "verdict": target.verdict}
                       for one in findings for target in one.targets]
    return kept


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}"

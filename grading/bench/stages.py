"""Which numbers each stage has to reach: the list of its measures, with their limits."""

from collections.abc import Sequence
from functools import partial

from pagurus.errors import UsageError

from bench import boot, footprint, large, memory, threads
from bench.measure import Measure

NEEDS = {"02-paging": ("01-boot",), "03-smp": ("01-boot",)}  # earlier stages that a stage is compared with
MEASURES: dict[str, Sequence[Measure]] = {
    "01-boot": (
        boot.speed,
        partial(footprint.sizes, hello_kib=32, loader_kib=24),
        footprint.memory,
        footprint.instructions,
    ),
    "02-paging": (
        partial(boot.speed, before="01-boot"),
        partial(footprint.sizes, hello_kib=48, loader_kib=24),
        footprint.memory,
        partial(footprint.instructions, before="01-boot"),
        large.boot,
        large.metadata,
        memory.heap,
        memory.pages,
    ),
    "03-smp": (
        partial(boot.speed, before="01-boot"),
        partial(footprint.sizes, hello_kib=72, loader_kib=24),
        footprint.memory,
        partial(footprint.instructions, before="01-boot"),
        threads.costs,
        threads.heap,
        threads.speedup,
        threads.start,
    ),
}


def measures(stage: str) -> Sequence[Measure]:
    """Those of a stage, in the order of their table."""
    if stage not in MEASURES:
        raise UsageError(f"the bench has no measures for {stage}; there are: {' '.join(MEASURES)}")
    return MEASURES[stage]


def needs(stage: str) -> Sequence[str]:
    """The stages that have to be built beside it."""
    return NEEDS.get(stage, ())

"""What a piece of work costs, measured in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

#: A process counts what it wrote in blocks of so many bytes.
_BLOCK = 512


def measured(work: Callable[..., Any], *given: object) -> dict[str, Any]:
    """Run a function in a new process and return its result with what it took.

    Returns
    -------
    dict
        ``result``; ``seconds`` and ``cpu_seconds`` of the call; ``peak_mb`` of the whole process,
        interpreter and libraries included; ``written_mb`` with what was spilled.
    """
    # A spawned process would start with the peak of the one that spawned it.
    with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as pool:
        return pool.submit(_within, work, given).result()


def _within(work: Callable[..., Any], given: Sequence[object]) -> dict[str, Any]:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = work(*given)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "result": result, "seconds": seconds,
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": after.ru_maxrss / 1024,
        "written_mb": (after.ru_oublock - before.ru_oublock) * _BLOCK / 1e6,
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median of repeated measurements, and how far they lie apart."""
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}

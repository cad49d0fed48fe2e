"""Measurements on generated data: times of the steps, truth, identity, nights."""

from .identity import bench_identity
from .nights import bench_nights
from .steps import bench_steps
from .truth import bench_truth

__all__ = ["bench_identity", "bench_nights", "bench_steps", "bench_truth"]

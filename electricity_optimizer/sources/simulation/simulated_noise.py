"""Randomness that depends on nothing but its key and its index: any window of a series gives the same values.

Counter-based (splitmix64, Steele, Lea and Flood 2014): no state runs along, so tomorrow needs no yesterday.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def key(*parts: object) -> int:
    """A 64-bit key of a series, from its seed, zone and name."""
    return int.from_bytes(hashlib.blake2b(":".join(map(str, parts)).encode(), digest_size=8).digest(), "little")


def uniforms(series: int, index: Ints) -> Floats:
    """One number in (0, 1) for each index."""
    with np.errstate(over="ignore"):
        mixed = _mix(_mix(index.astype(np.uint64)) ^ np.uint64(series))
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(series: int, index: Ints) -> Floats:
    """One standard normal number for each index."""
    from scipy.special import ndtri  # noqa: PLC0415  # half a second that only a simulation needs

    return np.asarray(ndtri(uniforms(series, index)), dtype=np.float64)


def smooth(series: int, first: int, count: int, memory: float) -> Floats:
    """A stationary series of unit variance at the indices `first .. first+count-1` that forgets within `memory` steps.

    White noise run through two exponential filters of that length, cut after eight of them.
    """
    steps = np.arange(round(8 * memory) + 1)
    weights = (1 + steps / memory) * np.exp(-steps / memory)
    weights /= np.sqrt(np.sum(weights**2))
    white = normals(series, np.arange(first - len(steps) + 1, first + count))
    return np.convolve(white, weights, mode="valid")


def slow(series: int, first: int, count: int, memory_days: float) -> Floats:
    """As `smooth`, in daily steps joined by lines, for series that move over weeks; indices are hours."""
    day = first // 24
    knots = smooth(series, day, (first + count) // 24 - day + 2, memory_days)
    hours = (np.arange(first, first + count) - 24 * day) / 24
    return np.interp(hours, np.arange(len(knots)), knots)


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))

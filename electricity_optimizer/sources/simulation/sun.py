"""Height of the sun over a place: enough to tell night from day and to shape simulated radiation."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sine_of_elevation(epoch_s: Floats, latitude: float, longitude: float) -> Floats:
    """Sine of the solar elevation at UTC instants (seconds since 1970) for a place in degrees, within about half a degree.

    Cooper's declination and Spencer's equation of time (Duffie and Beckman, Solar Engineering of Thermal Processes, chapter 1).
    """
    days = epoch_s / 86400.0
    angle = 2 * np.pi * ((days - 0.5) % 365.2425) / 365.2425
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + days % 365.2425) / 365.2425)
    equation_min = 229.2 * (
        0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.014615 * np.cos(2 * angle) - 0.04089 * np.sin(2 * angle)
    )
    hour_angle = 2 * np.pi * (days % 1.0 - 0.5 + longitude / 360 + equation_min / 1440)
    phi = np.radians(latitude)
    return np.asarray(np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle), dtype=np.float64)


def mean_sunlight(start_s: Floats, seconds: float, latitude: float, longitude: float) -> Floats:
    """Mean over `[start, start + seconds)` of the positive part of the sine of the elevation; 0 means night throughout."""
    points = (np.arange(6) + 0.5) / 6 * seconds
    heights = [np.maximum(sine_of_elevation(start_s + offset, latitude, longitude), 0.0) for offset in points]
    return np.asarray(np.mean(heights, axis=0), dtype=np.float64)

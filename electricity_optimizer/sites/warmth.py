"""The temperature of a heated or cooled room, step by step, with the formula of the schedule problem."""

from typing import Any


def next_temperature(pump: dict[str, Any], temperature: float, power_kw: float, outdoor: float, hours: float) -> float:
    """`T' = T + h (gain P - loss (T - outdoor))`."""
    return float(temperature + hours * (pump["gain_c_per_kwh"] * power_kw - pump["loss_per_hour"] * (temperature - outdoor)))


def power_for(pump: dict[str, Any], temperature: float, goal: float, outdoor: float, hours: float) -> float:
    """Power that takes the room from `temperature` to `goal` in one step; negative when it gets warmer than that by itself."""
    passive = next_temperature(pump, temperature, 0.0, outdoor, hours)
    return float((goal - passive) / (hours * pump["gain_c_per_kwh"]))


def reachable_band(pump: dict[str, Any], lowest: float, highest: float, hours: float) -> dict[str, Any]:
    """`pump` with a band per step that can be held from its initial temperature.

    One limit gives way to the room left alone, the other to the pump at full power: a plan exists whatever the weather. A cooler
    (negative gain) is left alone towards the warm side as a heat pump is towards the cold one.
    """
    cools = pump["gain_c_per_kwh"] < 0
    resting = driven = pump["temperature_initial"]
    uppers, lowers = [], []
    for outdoor in pump["outdoor_temperature"]:
        rested, pushed = (min(resting, highest), max(driven, lowest)) if cools else (max(resting, lowest), min(driven, highest))
        resting = next_temperature(pump, rested, 0.0, outdoor, hours)
        driven = next_temperature(pump, pushed, pump["power_kw"], outdoor, hours)
        cold, warm = (resting, driven) if cools else (driven, resting)
        uppers.append(max(highest, warm))
        lowers.append(min(lowest, cold))
    return pump | {
        "type": "heat_pump",
        "temperature_min": lowest if min(lowers) >= lowest else lowers,
        "temperature_max": highest if max(uppers) <= highest else uppers,
    }

"""The temperature of a heated room, step by step, with the formula of the schedule problem."""

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

    The upper limit gives way to the room left alone, the lower one to the pump at full power: a plan exists whatever the weather.
    """
    resting = heated = pump["temperature_initial"]
    uppers, lowers = [], []
    for outdoor in pump["outdoor_temperature"]:
        resting = next_temperature(pump, max(resting, lowest), 0.0, outdoor, hours)
        heated = next_temperature(pump, min(heated, highest), pump["power_kw"], outdoor, hours)
        uppers.append(max(highest, resting))
        lowers.append(min(lowest, heated))
    return pump | {
        "type": "heat_pump",
        "temperature_min": lowest if min(lowers) >= lowest else lowers,
        "temperature_max": highest if max(uppers) <= highest else uppers,
    }

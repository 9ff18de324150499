"""Small sites for the tests: a problem with the parts a test cares about, everything else left at its default."""

from typing import Any

START = "2026-05-04T00:00:00+02:00"


def site(prices: list[float], *devices: dict[str, Any], minutes: float = 60, **fields: Any) -> dict[str, Any]:
    return {"name": "site", "start": START, "step_minutes": minutes, "import_price": prices, "devices": list(devices)} | fields


def battery(capacity: float, power: float, initial: float, **fields: Any) -> dict[str, Any]:
    store = {"soc_max_kwh": capacity, "soc_initial_kwh": initial, "charge_kw": power, "discharge_kw": power}
    return {"type": "battery", "name": "bat"} | store | fields


def car(capacity: float, power: float, initial: float, sessions: list[tuple[int, int, float]], **fields: Any) -> dict[str, Any]:
    plugged = [{"arrive": arrive, "depart": depart, "target_kwh": target} for arrive, depart, target in sessions]
    store = {"soc_max_kwh": capacity, "soc_initial_kwh": initial, "charge_kw": power, "sessions": plugged}
    return {"type": "ev", "name": "car"} | store | fields


def job(power: float, steps: int, **fields: Any) -> dict[str, Any]:
    return {"type": "load", "name": "job", "power_kw": power, "steps": steps} | fields


def roof(forecast: list[float], **fields: Any) -> dict[str, Any]:
    return {"type": "pv", "name": "roof", "forecast_kw": forecast} | fields

"""What a battery saves on real data: DE-LU quarter-hour prices of eight months and a real household with a roof (`battery_house/`).

The house has a roof of 5 kWp, a battery of 10 kWh and 5 kW, and the tariff `de-household-dynamic`: spot with all fees, and a fixed feed-
in of 7.86 ct. Its stated baseline is no optimisation: the battery idles, the sun is used first and the rest exported. Because an idle
battery is a weak baseline, each saving stands beside a second reference, the battery on self-consumption, the rule it is sold with. Days
roll with the level of the battery carried over; what is left at the end counts equally for all. Perfect foresight knows all prices, load
and sun four weeks ahead.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from battery_house.household import FIRST, LAST, House, house
from battery_house.rules import BATTERY, Run, by_stored_value, cost, foresight, idle, moments, own_use, planned

RESULT = Path(__file__).parent / "results" / "savings.json"
BASELINE = "no optimisation: the battery idles, sun used first and the rest exported"
SECOND = "self-consumption: the battery stores each surplus and covers each need, and looks at no price"
LIMITS = {"saved against the baseline": 0.15, "share of foresight's saving": 0.95}

RULES: dict[str, tuple[str, Callable[[House], Run]]] = {
    "self-consumption": (SECOND, own_use),
    "naive prices": ("planned at midnight and 13:00 with naive prices; load and sun forecast", lambda at: planned(at, prices="naive")),
    "plan of midnight": (
        "day-ahead prices known at midnight; load and sun forecast; the plan stands all day",
        lambda at: planned(at, at_noon=False),
    ),
    "plan": ("as before, planned anew at 13:00 when the next day is published", planned),
    "plan, mean load": ("as before, by the mean of the load and not its median", lambda at: planned(at, energy="means")),
    "plan, energy known": (
        "plan, with load and sun known: what not knowing the later prices costs",
        lambda at: planned(at, energy="actual"),
    ),
    "stored value": ("day-ahead prices known; load and sun forecast; each quarter hour by the worth of stored energy", by_stored_value),
}
JUDGED = "stored value"


def main() -> None:
    """Print a line a rule, beside the limits, and keep them."""
    began = time.process_time()
    RESULT.parent.mkdir(exist_ok=True)
    at = house()
    value = list(moments(at, at_noon=False))[-1].value
    baseline, best = cost(at, idle(at), value), cost(at, foresight(at, value), value)
    rows = {name: _row(at, says, rule, value, baseline, best) for name, (says, rule) in RULES.items()}
    own = rows["self-consumption"]["cost_eur"]
    print(f"{FIRST} to {LAST}, {len(at.starts) - at.begin} quarter hours; costs in EUR")
    print(f"baseline ({BASELINE}): {baseline:.2f}")
    print(f"perfect foresight: {best:.2f}, {1 - best / baseline:.1%} below the baseline")
    for name, row in rows.items():
        row["saved_against_self_consumption"] = round(1 - row["cost_eur"] / own, 4)
        print(
            f"  {name:20} {row['cost_eur']:8.2f}  {row['saved_against_baseline']:6.1%} below the baseline, "
            f"{row['saved_against_self_consumption']:6.1%} below self-consumption, {row['share_of_foresight']:6.1%} of foresight's saving, "
            f"{row['cpu_seconds']} CPU s"
        )
    judged = rows[JUDGED]
    reached = {"saved against the baseline": judged["saved_against_baseline"], "share of foresight's saving": judged["share_of_foresight"]}
    for name, limit in LIMITS.items():
        print(f"{'ok  ' if reached[name] >= limit else 'MISS'} {JUDGED}: {name} {reached[name]:.1%}, at least {limit:.0%}")
    _keep(at, baseline, best, rows, reached, round(time.process_time() - began, 1))


def _row(at: House, says: str, rule: Callable[[House], Run], value: float, baseline: float, best: float) -> dict[str, Any]:
    began = time.process_time()
    run = rule(at)
    paid = cost(at, run, value)
    steps = slice(at.begin, None)
    net = at.load[steps] - at.sun[steps] + run.charge - run.discharge
    sold, made = float(np.maximum(-net, 0).sum()) / 4, float(at.sun[steps].sum()) / 4
    return {
        "rule": says,
        "cost_eur": round(paid, 2),
        "saved_against_baseline": round(1 - paid / baseline, 4),
        "share_of_foresight": round((baseline - paid) / (baseline - best), 4),
        "self_consumption": round(1 - min(sold / made, 1.0), 4),
        "full_cycles": round(float(run.discharge.sum()) / 4 / BATTERY.capacity_kwh, 1),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def _keep(at: House, baseline: float, best: float, rows: dict[str, Any], reached: dict[str, float], seconds: float) -> None:
    steps = slice(at.begin, None)
    facts = {
        "months": [FIRST.isoformat(), LAST.isoformat()],
        "load_kwh": round(float(at.load[steps].sum()) / 4, 1),
        "sun_kwh": round(float(at.sun[steps].sum()) / 4, 1),
        "readings_filled": round(1 - float(at.read[steps].mean()), 4),
        "forecast_mae_kw": {
            "load": round(float(np.abs(at.late.load[1, steps] - at.load[steps]).mean()), 3),
            "sun": round(float(np.abs(at.late.sun[1, steps] - at.sun[steps]).mean()), 3),
        },
        "baseline": BASELINE,
        "baseline_eur": round(baseline, 2),
        "second_reference": SECOND,
        "foresight_eur": round(best, 2),
        "foresight_saved": round(1 - best / baseline, 4),
        "judged": JUDGED,
        "limits": LIMITS,
        "reached": reached,
        "cpu_seconds": seconds,
    }
    RESULT.write_text(json.dumps({**facts, "rules": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

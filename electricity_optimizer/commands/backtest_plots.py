"""The pictures of a backtest's report: each is drawn twice, for a wide and a narrow screen, and a style sheet shows one of them."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from markupsafe import Markup

from electricity_optimizer.charts import Curve, Group, Tick, column_chart, curve_chart
from electricity_optimizer.forecasting import diagnostics
from electricity_optimizer.forecasting.backtest import ModelResult
from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.quantiles import LEVELS

WIDE, HALF, NARROW = (1080, 320), (520, 320), (330, 260)
UNIT = "currency/MWh"
GREY, LEAD = "#6b7280", "#d55e00"
COLOURS = ("#0072b2", "#009e73", "#b3529a", "#8a6d00", "#2b8fc4", "#7b5fd0", "#5c8a1e", "#a0522d", "#d63a73")
"""Of the models beside the leading one and the naive; from the fifth on the lines are dashed, too."""
STATED = {"coverage_50": ("50 %", 0.5), "coverage_80": ("80 %", 0.8), "coverage_90": ("90 %", 0.9)}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclasses.dataclass(frozen=True)
class Look:
    """How a model is drawn wherever it comes."""

    role: str
    colour: str
    stroke: Literal["solid", "dashed", "dotted"] = "solid"
    width: float = 1.6


@dataclasses.dataclass(frozen=True)
class Tested:
    """What all pictures are drawn from: (days, n) actual prices and naive forecasts, the results, the model that leads the report."""

    days: Sequence[dt.date]
    actual: Array
    naive: Array
    results: Mapping[str, ModelResult]
    lead: str

    @property
    def points(self) -> dict[str, Array]:
        """The point forecasts by name, the naive among them."""
        return {Naive.name: self.naive} | {name: result.point for name, result in self.results.items()}

    @property
    def looks(self) -> dict[str, Look]:
        """How each name is drawn: the leading one thick, the naive grey and dotted."""
        others = [name for name in self.points if name not in {self.lead, Naive.name}]
        looks = {Naive.name: Look("naive", GREY, "dotted")}
        for k, name in enumerate(others):
            looks[name] = Look(f"m{k % len(COLOURS)}", COLOURS[k % len(COLOURS)], "solid" if k < 4 else "dashed")
        return looks | {self.lead: Look("lead", LEAD, width=2.8)}


def hours_plot(tested: Tested) -> Markup:
    """Mean absolute error by hour of the local day."""
    errors = {name: diagnostics.error_by_hour(tested.actual, point).tolist() for name, point in tested.points.items()}
    ticks = [Tick(hour, f"{hour:02d}:00") for hour in range(0, HOURS, 3)]
    return _curves(tested, {name: (list(range(HOURS)), values) for name, values in errors.items()}, ticks, "Error by hour of the day")


def gain_plot(tested: Tested) -> Markup:
    """Errors saved against the naive, added up over the test days."""
    days = list(range(len(tested.days)))
    gains = {
        name: (days, diagnostics.gain_on_naive(tested.actual, point, tested.naive).tolist())
        for name, point in tested.points.items()
        if name != Naive.name
    }
    return _curves(tested, gains, _month_ticks(tested.days), "Error saved against the naive", unit=f"{UNIT}, summed over days")


def months_plot(tested: Tested) -> Markup:
    """Mean absolute error of each month."""
    errors = {name: diagnostics.error_by_month(tested.days, tested.actual, point) for name, point in tested.points.items()}
    months = list(next(iter(errors.values())))
    ticks = [Tick(k, _month(f"{month}-01", first=k == 0)) for k, month in enumerate(months)]
    series = {name: (list(range(len(months))), list(by_month.values())) for name, by_month in errors.items()}
    return _curves(tested, series, ticks, "Error by month")


def weekdays_plot(tested: Tested) -> Markup:
    """Mean absolute error of each weekday."""
    groups = []
    for name, point in tested.points.items():
        errors, look = diagnostics.error_by_weekday(tested.days, tested.actual, point), tested.looks[name]
        groups.append(Group(name, errors.tolist(), look.role, look.colour))
    return _both(
        [
            column_chart(groups, WEEKDAYS, width=width, height=height, unit=UNIT, title="Error by weekday")
            for width, height in (HALF, NARROW)
        ]
    )


def calibration_plot(tested: Tested) -> Markup | None:
    """Observed share of prices at or below each quantile against the stated one; None when no model has quantiles."""
    stated = [100 * level for level in LEVELS]
    shares = {name: diagnostics.share_below(tested.actual, result.quantiles) for name, result in tested.results.items()}
    curves = [Curve("as stated", (0, 100), (0, 100), "dotted", 1.2, "naive", GREY)]
    for name, share in shares.items():
        if share is not None:
            look = tested.looks[name]
            curves.append(Curve(name, stated, (100 * share).tolist(), look.stroke, look.width, look.role, look.colour))
    if len(curves) == 1:
        return None
    ticks = [Tick(at, f"{at} %") for at in range(0, 101, 20)]
    title = "Share of prices below each quantile against the stated share"
    return _both(
        [
            curve_chart(curves, ticks, width=width, height=height, unit="% of prices below", title=title, bounds=(0, 100))
            for width, height in (HALF, NARROW)
        ]
    )


def coverage_plot(tested: Tested, name: str) -> Markup | None:
    """Share of prices inside the bands of one model over the days before each day; None without quantiles or with too few days."""
    shares = diagnostics.coverage_over_time(tested.actual, tested.results[name].quantiles)
    if shares is None or len(tested.days) <= diagnostics.COVERAGE_DAYS:
        return None
    days, curves = list(range(len(tested.days))), []
    for (band, (label, stated)), look in zip(STATED.items(), (("m0", COLOURS[0]), ("m1", COLOURS[1]), ("lead", LEAD)), strict=True):
        curves.append(Curve(f"in the {label} band", days, (100 * shares[band]).tolist(), "solid", 1.8, *look))
        curves.append(Curve("", (days[0], days[-1]), (100 * stated, 100 * stated), "dotted", 1.2, *look))
    ticks = _month_ticks(tested.days)
    title = f"Coverage of the bands of {name}"
    return _both(
        [
            curve_chart(curves, ticks, width=width, height=height, unit="% of prices", title=title, bounds=(0, 100))
            for width, height in (WIDE, NARROW)
        ]
    )


def _curves(
    tested: Tested, lines: Mapping[str, tuple[Sequence[float], Sequence[float]]], ticks: Sequence[Tick], title: str, unit: str = UNIT
) -> Markup:
    """Lines by model, the leading one drawn last and so on top."""
    looks = tested.looks
    order = sorted(lines, key=lambda name: name == tested.lead)
    curves = [Curve(name, *lines[name], looks[name].stroke, looks[name].width, looks[name].role, looks[name].colour) for name in order]
    return _both([curve_chart(curves, ticks, width=width, height=height, unit=unit, title=title) for width, height in (WIDE, NARROW)])


def _both(charts: Sequence[str]) -> Markup:
    shown = [f'<div class="{kind}">{chart}</div>' for kind, chart in zip(("wide", "narrow"), charts, strict=True)]
    return Markup("".join(shown))  # noqa: S704 - charts escape what they are given


def _month_ticks(days: Sequence[dt.date]) -> list[Tick]:
    """A tick at the first of each month; for a test within a month one each week."""
    firsts = [k for k, day in enumerate(days) if day.day == 1]
    if len(firsts) < 2:
        return [Tick(k, f"{days[k].day} {days[k]:%b}") for k in range(0, len(days), 7)]
    return [Tick(k, _month(days[k].isoformat(), first=k == firsts[0])) for k in firsts]


def _month(day: str, *, first: bool) -> str:
    """Jan 2018 at the first, 2018 where a year begins, else the month."""
    date = dt.date.fromisoformat(day)
    return f"{date:%b %Y}" if first else f"{date:%Y}" if date.month == 1 else f"{date:%b}"

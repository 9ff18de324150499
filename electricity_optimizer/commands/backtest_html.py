"""The report of a backtest: one HTML file with plots that needs nothing beside it, no script, no link.

Its numbers are those of the printed table and of `forecasting/diagnostics.py`; its look is that of the pages (their style sheet is
put in). It names files without their folders, so that it can be handed on.
"""

import hashlib
import math
import platform
import shlex
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import electricity_optimizer.pages as pages_room
from electricity_optimizer.commands import backtest_plots as plots
from electricity_optimizer.commands.backtest_input import ZoneFile
from electricity_optimizer.commands.backtest_report import HEADINGS, measure_text
from electricity_optimizer.forecasting import diagnostics
from electricity_optimizer.forecasting.backtest import ModelResult, Request
from electricity_optimizer.forecasting.backtest_units import UnitTable, hourly_naive, naive_units
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.walk import ENSEMBLE

HERE = Path(__file__).parent
STYLES = (Path(pages_room.__file__).parent / "static" / "style.css", HERE / "backtest_report.css")
PACKAGES = ("electricity-optimizer", "numpy", "polars", "scikit-learn", "lightgbm", "torch")
SURE = 0.05
"""A p-value below which a difference is more than chance."""


def report_page(zone: ZoneFile, request: Request, results: Mapping[str, ModelResult], units: UnitTable | None, data: Path) -> str:
    """The whole HTML file. `units` are those of the results, None for hours; of `data` its name and its hash are told."""
    tested = _tested(zone, request, results, units)
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"figure": measure_text, "chance": _chance, "percent": _percent}
    return environment.get_template("backtest_report.html").render(
        title=f"Backtest of {data.name}",
        style="\n".join(path.read_text(encoding="utf-8") for path in STYLES),
        headings=HEADINGS,
        tested=tested,
        lead=results[tested.lead],
        request=request,
        step="market time unit" if units else "hour",
        plots=_plots(tested),
        coverage={name: plots.coverage_plot(tested, name) for name in results},
        calibration=_calibration(tested),
        levels=LEVELS,
        worst=diagnostics.worst_days(tested.days, tested.actual, results[tested.lead].point, tested.naive),
        chances=diagnostics.better_by_more_than_chance(tested.actual, tested.points),
        sure=SURE,
        facts=_facts(request, data, native=units is not None),
    )


def _tested(zone: ZoneFile, request: Request, results: Mapping[str, ModelResult], units: UnitTable | None) -> plots.Tested:
    if units:
        actual, naive = np.array([units.price_of(day).ravel() for day in request.days]), naive_units(units, request)
    else:
        actual, naive = np.array([zone.table.price_of(day) for day in request.days]), hourly_naive(zone.table, request)
    return plots.Tested(request.days, actual, naive, results, _lead(results))


def _lead(results: Mapping[str, ModelResult]) -> str:
    """The ensemble, or without it the model with the smallest error."""
    return ENSEMBLE if ENSEMBLE in results else min(results, key=lambda name: results[name].measures["mae"] or math.inf)


def _plots(tested: plots.Tested) -> dict[str, Markup | None]:
    return {
        "hours": plots.hours_plot(tested),
        "gain": plots.gain_plot(tested),
        "calibration": plots.calibration_plot(tested),
        "weekdays": plots.weekdays_plot(tested),
        "months": plots.months_plot(tested),
    }


def _calibration(tested: plots.Tested) -> dict[str, list[float]]:
    shares = {name: diagnostics.share_below(tested.actual, result.quantiles) for name, result in tested.results.items()}
    return {name: share.tolist() for name, share in shares.items() if share is not None}


def _facts(request: Request, data: Path, *, native: bool) -> dict[str, str]:
    """How the report was made and can be made again."""
    named = {name: version(name) for name in PACKAGES}
    return {
        "Command": _command(request, data, native=native),
        "Data": f"{data.name}, SHA-256 {hashlib.sha256(data.read_bytes()).hexdigest()}",
        "Test days": f"{request.first} to {request.last}, {len(request.days)} days",
        "Refitted": f"every {request.recalibrate} days",
        "Seed": str(request.seed),
        "Versions": ", ".join(f"{name} {number}" for name, number in {**named, "Python": platform.python_version()}.items()),
        "rMAE": f"against the {Naive.name}: Tuesday to Friday the same time yesterday, Saturday to Monday a week ago",
    }


def _command(request: Request, data: Path, *, native: bool) -> str:
    """The command line that gives the same numbers again."""
    words = ["electricity-optimizer", "backtest", data.name, "--test-start", str(request.first), "--test-end", str(request.last)]
    for name in request.models:
        words += ["--model", name]
    words += ["--recalibrate", str(request.recalibrate), "--seed", str(request.seed)]
    return shlex.join([*words, "--resolution", "native"] if native else words)


def _chance(value: float) -> str:
    """A p-value as people read it."""
    return "" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"

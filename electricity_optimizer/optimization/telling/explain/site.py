"""What is said of the whole site: its highest flows, and how uncertain or emitting prices were weighed."""

from collections.abc import Iterator

from electricity_optimizer.optimization.checking.peaks import charged_intervals, peak_means
from electricity_optimizer.optimization.telling.explain.reader import ACTIVE_KW, Reader
from electricity_optimizer.optimization.telling.explain.words import money


def tell_site(reader: Reader) -> Iterator[tuple[int, str]]:
    """Sentences of the connection."""
    yield from _peak(reader, "demand_charge", "import")
    yield from _peak(reader, "export_charge", "export")
    scenarios, problem = reader.problem.scenarios, reader.problem
    if scenarios is not None:
        risk = f"; the plan weighs the worst cases by {scenarios.risk_aversion:g}" if scenarios.risk_aversion else ""
        yield 0, f"prices told are expected ones, over {len(scenarios.probability)} scenarios{risk}"
    if problem.co2_price > 0 and problem.co2_intensity is not None:
        yield 0, f"import prices told hold the emissions at {money(problem.co2_price)} per kg of CO2"


def _peak(reader: Reader, name: str, side: str) -> Iterator[tuple[int, str]]:
    charge, flow = getattr(reader.problem.grid, name), reader.bought if side == "import" else reader.sold
    if charge is None or charge.price_per_kw == 0 or not flow.any():
        return
    means = peak_means(charge, flow, reader.hours)
    if not means or max(means) <= ACTIVE_KW:
        return
    top = max(means)
    first = charged_intervals(charge, reader.hours)[means.index(top)][0][0]
    title = f"{name.replace('_', ' ')} of {money(charge.price_per_kw)} per kW"
    if top <= charge.existing_peak_kw + ACTIVE_KW:
        told = f"the highest {side} of {top:.2f} kW stays within the {charge.existing_peak_kw:g} kW already reached: no {title} is added"
    else:
        told = f"the highest {side} is {top:.2f} kW; the {title} comes to {money(reader.answer['cost'][name])}"
        if charge.existing_peak_kw:
            told += f" above the {charge.existing_peak_kw:g} kW already reached"
    yield first, told

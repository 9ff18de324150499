"""Why production is curtailed."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import per_step, price_rows
from electricity_optimizer.optimization.telling.explain.reader import ACTIVE_KW, Reader
from electricity_optimizer.optimization.telling.explain.words import money

TOLD = 5e-4  # currency per kWh


def tell_pv(reader: Reader, pv: Pv, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """A sentence for each run of curtailment."""
    curtailed = np.asarray(flows["curtailed_kw"])
    spans = reader.spans(curtailed)
    if not spans:
        return
    chance, _, sell = price_rows(reader.problem)
    price, limit = chance @ sell, per_step(reader.problem.grid.export_limit_kw, reader.n, np.inf)
    for span in spans:
        here = slice(*span)
        full = reader.sold[here] >= limit[here] - ACTIVE_KW
        low, paid = float(price[here].min()), float(reader.buy[here].min())
        charge = reader.problem.grid.export_charge
        if low < -TOLD:
            why = f"export would cost {money(-low)}"
        elif full.any():
            why = f"the export limit of {limit[here][full][0]:g} kW is reached"
        elif charge is not None and charge.price_per_kw:
            why = f"a kW more of export would cost {money(charge.price_per_kw)}"
        elif paid < -TOLD:
            why = f"import is paid {money(-paid)}"
        else:
            why = "it would be worth nothing"
        text = f"curtails {reader.energy(curtailed, span):.1f} of {reader.energy(per_step(pv.forecast_kw, reader.n), span):.1f} kWh"
        yield span[0], f"{text} until {reader.at(span[1])}: {why}"

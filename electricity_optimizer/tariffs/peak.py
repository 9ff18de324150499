"""The highest mean import of metered intervals that a demand charge counts."""

from decimal import Decimal

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import ZERO
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.usage import Decimals


def month_peak(charge: DemandCharge, clock: Clock, minutes: int, kwh: Decimals) -> Decimal:
    """kW: the highest mean over the charge's interval, of those that begin within its windows; 0 where none does.

    `clock` begins at a local midnight and has intervals of `minutes`. Raises InputError where they are longer than the charge's.
    """
    size, rest = divmod(charge.interval_minutes, minutes)
    if rest or not size:
        raise InputError(
            f"intervals of {minutes} min do not make up the {charge.interval_minutes} min that demand is measured over",
            where=f"demand charge '{charge.name}'",
            remedy="give the meter at that resolution or a finer one that divides it",
        )
    counts = charge.active(clock)[::size].tolist()
    energy = (sum(kwh[begin : begin + size], ZERO) for begin in range(0, len(kwh), size))
    return max((total * 60 / charge.interval_minutes for total, counted in zip(energy, counts, strict=True) if counted), default=ZERO)

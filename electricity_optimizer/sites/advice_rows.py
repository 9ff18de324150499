"""The supplier advice of a site as rows of the table `switch_advice`, money to the cent."""

from typing import Any

from electricity_optimizer.sites.supplier_advice import SupplierAdvice
from electricity_optimizer.tariffs.switching.advice import Advice

Row = dict[str, Any]


def advice_rows(found: SupplierAdvice) -> list[Row]:
    """A row a choice, best first, without `month` and `synthetic`. `details` of staying say what was not offered, and why."""
    return [_row(found, one) for one in found.choices]


def _row(found: SupplierAdvice, one: Advice) -> Row:
    choice, year = one.candidate, one.year
    low, middle, high = (round(year.quantile(level), 2) for level in (0.1, 0.5, 0.9))
    return {
        "site": found.site, "offer": choice.key, "rank": one.rank, "recommended": one.recommended, "currency": choice.tariff.entry.currency,
        "cost": round(year.total, 2), "cost_unoptimised": round(year.unoptimised, 2), "cost_p10": low, "cost_p90": high,
        "first_year_cost": round(one.first_year_cost, 2), "switch_on": choice.switch_on, "break_even_on": one.break_even_on,
        "confidence": one.confidence, "reason": one.reason,
        "details": {
            "title": choice.title, "as_of": found.today.isoformat(), "saving": round(one.saving, 2), "cost_p50": middle,
            "dynamic": year.dynamic, "months_before": one.months_before,
            "items": {name: round(value, 2) for name, value in year.items.items()},
            "payments": [{"day": paid.day.isoformat(), "amount": float(paid.amount), "for": paid.name} for paid in choice.payments],
            "guaranteed_until": choice.guaranteed_until and choice.guaranteed_until.isoformat(),
            "standing_charge_per_month": round(float(choice.standing_per_month), 4),
            "offer": None if choice.offer is None else choice.offer.model_dump(mode="json"),
            "known": _known(found, one),
        },
    }  # fmt: skip


def _known(found: SupplierAdvice, one: Advice) -> Row:
    """What the figures rest on."""
    told = found.told
    known: Row = {
        "load": told.load, "price_days": told.price_days_known, "price_days_drawn_from": told.price_days_drawn_from,
        "price_years": told.price_years, "days_planned": told.planned_days,
        "savings_explained": None if one.year.r_squared is None else round(one.year.r_squared, 3),
    }  # fmt: skip
    return known if one.candidate.switch_on else known | {"not_offered": told.refused}

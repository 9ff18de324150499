"""Tariffs as they would hold from today on: the site's own, and the one that an offer makes of it.

Both are taken with the terms of today through the whole year: levies that changed last January say nothing of the year to come.
"""

import datetime as dt
from dataclasses import replace

from electricity_optimizer.catalog.suppliers import FILE, Offer
from electricity_optimizer.tariffs.kinds import read_part
from electricity_optimizer.tariffs.registry import ENERGY, FEED_IN
from electricity_optimizer.tariffs.tariff import Tariff, tariff


def held_tariff(found: Tariff, today: dt.date) -> Tariff:
    """`found` with its terms of `today` at all times. Raises InputError where it is not valid then."""
    return Tariff(found.entry, (replace(found.terms_on(today), first=None, last=None),))


def offered_tariff(offer: Offer, current: Tariff, today: dt.date) -> Tariff:
    """What a kWh costs and earns under `offer` at the place of the `current` tariff.

    An offer that states `energy` replaces the supplier's part alone; standing charges of the present tariff go with its supplier.
    Raises CatalogError naming the field of the offer that does not fit.
    """
    if offer.tariff is not None:
        return held_tariff(tariff(offer.tariff), today)
    assert offer.energy is not None
    held = held_tariff(current, today)
    place, holidays = f"{FILE} [{offer.key}]", held.entry.holidays
    terms = replace(held.versions[0], energy=read_part(offer.energy, ENERGY, f"{place} energy", holidays), standing={})
    if offer.feed_in is not None:
        terms = replace(terms, feed_in=read_part(offer.feed_in, FEED_IN, f"{place} feed_in", holidays))
    entry = held.entry.model_copy(update={"key": offer.key, "name": offer.name, "energy": offer.energy})
    return Tariff(entry, (terms,))

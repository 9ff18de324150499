"""The page at /app/ and its style sheet."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from electricity_optimizer.catalog.zones import Zone, zone, zones
from electricity_optimizer.errors import ElectricityOptimizerError, InputError, WarehouseError
from electricity_optimizer.pages import words
from electricity_optimizer.pages.desk import Answer, Desk
from electricity_optimizer.pages.money import savings_part
from electricity_optimizer.pages.plan import plan_part, power
from electricity_optimizer.pages.price import price_part
from electricity_optimizer.pages.similar import similar_part
from electricity_optimizer.timeline import delivery_day, parse_day

HERE = Path(__file__).parent
HEADERS = {"Cache-Control": "private, no-cache"}
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 3), dt.date(2099, 12, 27)
DAYS = 2
"""The curve shows so many local days: today and tomorrow."""


@dataclass(frozen=True)
class Wish:
    """What the reader chose."""

    zone: Zone
    site: str
    day: dt.date | None


def add_pages(app: FastAPI, desk: Desk, at_home: Callable[[Request], bool]) -> None:
    """Serve the pages on `app`: numbers come from `desk`, and plans are shown to those who are `at_home` only."""
    templates = _templates()
    app.mount("/app/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.get("/app/", include_in_schema=False)
    def page(request: Request, zone: str = "", site: str = "", day: str = "") -> Response:
        now: dt.datetime = request.app.state.now()
        home = at_home(request)
        try:
            wish = _wish(zone, site, day)
            html = templates.get_template("app.html").render(_context(desk, wish, now, home=home))
        except (InputError, WarehouseError) as error:
            return _trouble(templates, error)
        return Response(html, headers=HEADERS, media_type="text/html")


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    named = ("cents", "money", "figure", "percent", "clock", "day_and_clock", "age", "day_name", "day_short")
    environment.filters |= {name: getattr(words, name) for name in named}
    environment.globals |= {"KINDS": words.KINDS, "power": power}
    return environment


def _wish(zone_key: str, site: str, day: str) -> Wish:
    chosen = parse_day(day) if day else None
    if chosen is not None and not FIRST_DAY <= chosen <= LAST_DAY:
        raise InputError(f"day {day} is out of range", where="day", remedy="choose a year from 2000 to 2099")
    return Wish(zone(zone_key or next(iter(zones()))), site, chosen)


def _context(desk: Desk, wish: Wish, now: dt.datetime, *, home: bool) -> dict[str, Any]:
    tz = wish.zone.tz
    today = delivery_day(now, tz)
    current = desk.current(wish.zone.key, now, open_access=not home)
    day = wish.day or _day_to_show(current["meta"], today, tz)
    curve = desk.curve(wish.zone.key, day, DAYS, now, open_access=not home)
    after = day + dt.timedelta(days=1)
    similar = desk.similar_days(wish.zone.key, after, now, open_access=not home)
    return {
        "zone": wish.zone, "zones": zones(), "tz": tz, "now": now.isoformat(), "day": day, "today": today, "home": home,
        "meta": curve["meta"], "current_meta": current["meta"], "price": price_part(curve, current, tz, day, now),
        "similar": similar_part(similar, curve, tz, after, today), "accuracy": desk.accuracy(wish.zone.key),
        **_site(desk, wish, today, now, home=home),
    }  # fmt: skip


def _day_to_show(meta: Answer, today: dt.date, tz: str) -> dt.date:
    """Today; when nothing is known of it any more, the last day with prices."""
    known = words.moment(meta["known_until"])
    if known is None or meta["tomorrow_available"]:
        return today
    end = words.moment(meta["horizon_end"]) or known
    return today if delivery_day(end - dt.timedelta(seconds=1), tz) >= today else delivery_day(known - dt.timedelta(seconds=1), tz)


def _site(desk: Desk, wish: Wish, today: dt.date, now: dt.datetime, *, home: bool) -> dict[str, Any]:
    """Plan and savings of the chosen site, the first one by default; nothing personal for those not at home."""
    sites = desk.sites() if home else []
    site = wish.site or next(iter(sites), "")
    if not home or not site:
        return {"sites": sites, "site": "", "plan": None, "savings": None}
    plan = plan_part(desk.plan(site, wish.day or today), now)
    return {"sites": sites, "site": site, "plan": plan, "savings": savings_part(desk.savings(site))}


def _trouble(templates: Environment, error: ElectricityOptimizerError) -> Response:
    """A page that says what is wrong and offers the way back."""
    status = 503 if isinstance(error, WarehouseError) else 404 if error.where in {"zone", "site"} else 422
    html = templates.get_template("trouble.html").render(what=error.what, remedy=error.remedy, zones=zones())
    return Response(html, status, {**HEADERS, "Cache-Control": "no-store"}, "text/html")

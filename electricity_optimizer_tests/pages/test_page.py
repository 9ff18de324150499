"""The page as any client gets it, without a browser: the numbers of the API, and every state said honestly."""

import datetime as dt
from html.parser import HTMLParser
from pathlib import Path

import pytest

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import NOW, TODAY, day_prices, publish
from electricity_optimizer_tests.api.test_caching import break_store

VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """The elements of a page with their attributes and text; it fails on tags that do not close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, identity in self._open:
            if identity:
                self.texts[identity] = self.texts.get(identity, "") + data

    def value(self, identity: str) -> str:
        return next(attributes["data-value"] for _, attributes in self.elements if attributes.get("id") == identity)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(client: Client, query: str = "") -> Page:
    response = client.ask(f"/app/{query}")
    assert response.status_code == 200, response.text
    return Page(response.text)


def test_the_root_leads_to_the_page(client: Client) -> None:
    response = client.ask("/")
    assert (response.status_code, response.headers["location"]) == (307, "/app/")


def test_numbers_are_those_of_the_api(client: Client) -> None:
    page = page_of(client, "?site=house-1")
    current = client.get("/v1/prices/current", zone="DE-LU")["data"]
    assert float(page.value("price-now")) == current["now"]["value"]
    assert float(page.value("next-change")) == current["next_change"]["value"]
    curve = client.get("/v1/curve", zone="DE-LU", start="2026-05-04T00:00:00+02:00", end="2026-05-06T00:00:00+02:00", tz="Europe/Berlin")
    shown = [row for row in page.all("tr") if "data-kind" in row]
    assert [(row["data-start"], row["data-kind"], float(row["data-value"])) for row in shown] == [
        (row["start"], row["kind"], row["value"]) for row in curve["data"]
    ]
    plan = client.get("/v1/schedules/latest", site="house-1")["data"]
    assert [float(page.value(f"plan-{part}")) for part in ("cost", "baseline", "savings")] == [
        plan["cost"], plan["baseline_cost"], plan["savings"]
    ]  # fmt: skip
    assert float(page.value("saved")) == client.get("/v1/savings", site="house-1")["data"]["total"]["savings"]


def test_prices_are_shown_in_cent_with_local_times(client: Client) -> None:
    page = page_of(client)
    assert "38.00" in page.texts["price-now"]
    assert "at 12:15" in page.texts["next-change"]
    assert "\N{MINUS SIGN}10.00 ct at 00:00" in " ".join(page.texts["lowest"].split())


def test_tomorrow_missing_says_when_it_comes(client: Client) -> None:
    page = page_of(client)
    assert "expected around Mon 4 May, 13:00" in page.texts["tomorrow-missing"]
    assert "stale" not in page.texts
    assert "synthetic" not in page.texts


def test_synthetic_data_has_a_banner(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "prices", [day_prices(TODAY, source="simulator", synthetic=True)], NOW)
    assert "Simulated data" in page_of(client).texts["synthetic"]


def test_old_data_shows_the_last_day_and_says_so(client: Client) -> None:
    client.now = NOW + dt.timedelta(days=30)
    page = page_of(client)
    assert "Shown is the last day with prices, Monday 4 May 2026" in page.texts["stale"]
    assert page.value("price-now") == ""
    assert "not today" in page.texts["plan-title"]


def test_an_empty_store_is_a_page_too(empty_client: Client) -> None:
    page = page_of(empty_client)
    assert "No prices yet" in page.texts["empty"]
    assert "no-plan" in page.texts
    assert "no-savings" in page.texts


def test_without_the_store_the_page_shows_its_last_good_numbers(client: Client, tmp_path: Path) -> None:
    good = page_of(client)
    break_store(client, tmp_path)
    page = page_of(client)
    assert page.value("price-now") == good.value("price-now")
    assert "store does not answer" in page.texts["stale"]
    assert client.ask("/app/?zone=FR").status_code == 503


@pytest.mark.parametrize(
    ("query", "status", "said"), [("?zone=DE", 404, "DE-LU"), ("?day=soon", 422, "2026-05-04"), ("?site=none", 404, "house-1")]
)
def test_a_wrong_choice_is_a_page_with_the_remedy(client: Client, query: str, status: int, said: str) -> None:
    response = client.ask(f"/app/{query}")
    assert (response.status_code, said in response.text) == (status, True)
    Page(response.text)


def test_strangers_see_prices_and_no_plan(settings: Settings, client: Client) -> None:
    stranger = Client(settings, host="203.0.113.9")
    page = page_of(stranger, "?site=house-1")
    assert "private" in page.texts
    assert "house-1" not in stranger.ask("/app/?site=house-1").text.replace("?site=house-1", "")
    assert client.get("/v1/sites")["data"]


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 92), ("2025-10-26", 100)])
def test_both_dst_days_are_whole_and_name_their_offsets(client: Client, day: str, count: int) -> None:
    page = page_of(client, f"?day={day}")
    shown = [row for row in page.all("tr") if row.get("data-start", "").startswith(day)]
    assert len(shown) == count
    assert "+02:00" in page.texts["curve"]


def test_every_chart_has_a_table_and_a_name(client: Client) -> None:
    html = client.ask("/app/?site=house-1").text
    page = Page(html)
    charts = [one for one in page.all("svg") if one.get("role") == "img"]
    assert len(charts) >= 6
    assert html.count("<title>Electricity price in cent per kWh") == 2
    assert len(page.all("table")) == len(page.all("caption")) == 3
    assert len(page.all("details")) >= 3


def test_nothing_is_inline_that_the_policy_forbids_and_nothing_comes_from_elsewhere(client: Client) -> None:
    response = client.ask("/app/?site=house-1")
    page = Page(response.text)
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert not page.all("script")
    assert not page.all("style")
    assert not any("style" in attributes for _, attributes in page.elements)
    addresses = [attributes[name] for _, attributes in page.elements for name in ("src", "href", "action") if name in attributes]
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)


def test_the_page_is_light(client: Client) -> None:
    weight = len(client.ask("/app/?site=house-1").content) + sum(
        len(client.ask(f"/app/static/{name}").content) for name in ("style.css", "icon.svg")
    )
    assert weight < 350_000


def test_ids_are_unique_and_labels_lead_somewhere(client: Client) -> None:
    page = page_of(client, "?site=house-1")
    ids = [attributes["id"] for tag, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes} <= set(ids)
    assert page.all("html")[0]["lang"] == "en"


def test_text_of_a_plan_is_escaped(client: Client) -> None:
    assert "against &lt;0.34&gt; at 19:00" in client.ask("/app/?site=house-1").text

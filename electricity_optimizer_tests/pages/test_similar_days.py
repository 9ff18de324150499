"""Days like tomorrow on the page: their prices, their chart, and a sentence while there are none."""

import pytest
from playwright.sync_api import Browser

from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.similar import LIKE, fill_similar
from electricity_optimizer_tests.pages.test_browser import CONTRAST, visiting
from electricity_optimizer_tests.pages.test_page import page_of


def test_each_day_has_its_date_and_prices(client: Client, seeded) -> None:
    """The 3rd has hourly prices of -8.5 to 83.5 ct/kWh, 37.5 on average."""
    fill_similar(seeded)
    page = page_of(client)
    assert page.texts["similar-title"] == "Days like tomorrow"
    assert "by all that is known before its prices" in page.texts["similar-note"]
    assert [row["data-day"] for row in page.all("tr") if "data-day" in row] == [str(day) for day in LIKE]
    words = " ".join(page.texts["similar"].split())
    assert "Sun 3 May 2026" in words
    assert "37.50\N{MINUS SIGN}8.5083.50" in words.replace(" ", "")
    assert client.ask("/v1/similar-days?zone=DE-LU&day=2026-05-05").status_code == 200


def test_the_chart_draws_each_day_and_the_forecast(client: Client, seeded) -> None:
    fill_similar(seeded)
    html = client.ask("/app/").text
    section = html[html.index('class="similar"') : html.index("</section>", html.index('class="similar"'))]
    assert section.count('class="series series-similar line" d=') == 2 * len(LIKE)
    assert section.count('class="series series-forecast line" d=') == 2
    assert section.count("<title>Prices of the similar days") == 2
    assert len(html) < 400_000


def test_another_day_is_named(client: Client, seeded) -> None:
    fill_similar(seeded)
    assert page_of(client, "?day=2026-05-04").texts["similar-title"] == "Days like tomorrow"
    page = page_of(client, "?day=2026-03-28")
    assert page.texts["similar-title"] == "Days like Sunday 29 March 2026"
    assert "looked for each night" in page.texts["no-similar"]


def test_without_any_it_says_when_there_will_be_some(client: Client, empty_client: Client) -> None:
    for one in (client, empty_client):
        assert "looked for each night" in page_of(one).texts["no-similar"]


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_it_fits_and_can_be_read(browser: Browser, client: Client, seeded, width: int, scheme: str) -> None:
    fill_similar(seeded)
    with visiting(browser, client, "/app/", width=width, scheme=scheme) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.evaluate(CONTRAST) == []
        assert visit.page.locator("#similar tbody tr").count() == 3
        assert (visit.console, visit.foreign) == ([], [])

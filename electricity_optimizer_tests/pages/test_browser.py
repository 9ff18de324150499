"""The page in a real browser: no error, no foreign request, fits a small screen, readable in the dark, usable by keyboard."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from electricity_optimizer_tests.api.client import Client

SITE = "http://127.0.0.1:8000"
CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const node of document.querySelectorAll("h1,h2,p,dt,dd,b,small,summary,button,label,li,a,figcaption,svg text,select")) {
    if (!node.textContent.trim() || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(node.closest("svg") ? style.fill : style.color), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(node.textContent.trim().slice(0, 30) + " " + ratio.toFixed(2));
  }
  return poor;
}"""
"""Texts whose contrast lies below the 4.5 of WCAG 2.2 AA."""


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: Page
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@contextmanager
def visiting(browser: Browser, client: Client, path: str, *, width: int = 1440, scheme: str = "light", js: bool = True) -> Iterator[Visit]:
    """The page at `path`, every request answered by the application in this process."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=js)  # type: ignore[arg-type]  # a literal
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.console.append(message.text))
    visit.page.on("pageerror", lambda error: visit.console.append(str(error)))
    with ThreadPoolExecutor(1) as asking:

        def answer(route: Route) -> None:
            address = urlsplit(route.request.url)
            if f"{address.scheme}://{address.netloc}" != SITE:
                visit.foreign.append(route.request.url)
                route.abort()
                return
            response = asking.submit(client.ask, f"{address.path}?{address.query}").result()
            route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.content)

        visit.page.route("**/*", answer)
        visit.page.goto(f"{SITE}{path}")
        yield visit
        context.close()


def test_what_the_reader_sees_is_what_the_api_says(browser: Browser, client: Client) -> None:
    with visiting(browser, client, "/app/?site=house-1") as visit:
        current = client_in_thread(client, "/v1/prices/current?zone=DE-LU")["data"]
        shown = visit.page.locator("#price-now")
        assert float(shown.get_attribute("data-value") or "nan") == current["now"]["value"]
        assert shown.locator(".number").inner_text() == f"{100 * current['now']['value']:.2f}"
        assert visit.page.locator("#curve tr[data-kind]").count() == 192
        assert visit.page.get_by_text("bat (battery)").first.is_visible()
        assert (visit.console, visit.foreign) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(browser: Browser, client: Client, scheme: str) -> None:
    with visiting(browser, client, "/app/?site=house-1", scheme=scheme) as visit:
        assert visit.page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_it_fits_the_screen(browser: Browser, client: Client, width: int) -> None:
    with visiting(browser, client, "/app/?site=house-1", width=width) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        charts = visit.page.locator("svg.chart:visible").all()
        assert len(charts) == 4
        assert all(chart.bounding_box()["width"] <= width for chart in charts)  # type: ignore[index]  # visible ones have a box


def test_it_works_without_javascript_and_by_keyboard(browser: Browser, client: Client) -> None:
    with visiting(browser, client, "/app/", js=False) as visit:
        visit.page.select_option("select[name=site]", "house-1")
        visit.page.focus("button")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/app/?zone=DE-LU&site=house-1")
        assert visit.page.locator("#plan-title").inner_text().startswith("Plan for house-1")
        visit.page.locator("summary").first.focus()
        visit.page.keyboard.press("Enter")
        assert visit.page.locator("#curve").is_visible()


def test_an_empty_store_makes_no_error_either(browser: Browser, empty_client: Client) -> None:
    with visiting(browser, empty_client, "/app/") as visit:
        assert visit.page.locator("#empty").is_visible()
        assert (visit.console, visit.foreign) == ([], [])


def client_in_thread(client: Client, path: str) -> dict[str, dict[str, dict[str, float]]]:
    """Playwright keeps an event loop in this thread, so the question goes through another one."""
    with ThreadPoolExecutor(1) as asking:
        answer: dict[str, dict[str, dict[str, float]]] = asking.submit(client.ask, path).result().json()
        return answer

"""Days like tomorrow and price scenarios: what is told, of which days, to whom, and what an empty store says."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import NOW, TODAY, day_forecast, day_prices, publish
from electricity_optimizer_tests.api.similar import LIKE, TOMORROW, fill_similar, index_file, similar_rows

DAYS, SCENARIOS = "/v1/similar-days", "/v1/forecasts/scenarios"


@pytest.fixture(autouse=True)
def _filled(seeded: Warehouse) -> None:
    fill_similar(seeded)


def test_tomorrow_by_default_nearest_first_with_their_hourly_prices(client: Client) -> None:
    """Hour 0 of the 3rd holds quarter hours of -100, -90, -80 and -70 EUR/MWh: -0.085 EUR/kWh."""
    answer = client.get(DAYS, zone="DE-LU", tz="Europe/Berlin")
    assert (answer["meta"]["day"], answer["meta"]["unit"], answer["meta"]["resolution_minutes"]) == (str(TOMORROW), "EUR/kWh", 60)
    assert [(one["rank"], one["day"], one["distance"]) for one in answer["data"]] == [
        (1, str(LIKE[0]), 0.5),
        (2, str(LIKE[1]), 1.0),
        (3, str(LIKE[2]), 1.5),
    ]
    nearest = answer["data"][0]
    assert nearest["prices"][0] == {"start": "2026-05-03T00:00:00+02:00", "value": -0.085}
    assert (len(nearest["prices"]), nearest["mean"], nearest["min"], nearest["max"]) == (24, 0.375, -0.085, 0.835)
    assert answer["meta"]["sources"] == ["energy-charts"]


def test_it_says_what_was_compared(client: Client, seeded: Warehouse) -> None:
    assert client.get(DAYS, zone="DE-LU")["meta"]["matched_on"] == "known_ahead"
    publish(seeded, "similar_day_files", [index_file(TOMORROW)], NOW)
    client.forget_tokens()
    assert client.get(DAYS, zone="DE-LU")["meta"]["matched_on"] == "whole_day"


def test_fewer_days_other_units_and_quarter_hours(client: Client) -> None:
    answer = client.get(DAYS, zone="DE-LU", count=1, unit="EUR/MWh", resolution=15)
    assert [one["prices"][1]["value"] for one in answer["data"]] == [-90.0]
    assert len(answer["data"][0]["prices"]) == 96


def test_a_day_of_its_own_choice(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "similar_day_index", [similar_rows(TODAY)], NOW)
    client.forget_tokens()
    assert client.get(DAYS, zone="DE-LU", day="today")["meta"]["day"] == str(TODAY)
    assert client.get(DAYS, zone="DE-LU", day="2026-05-04")["data"] == client.get(DAYS, zone="DE-LU", day="today")["data"]


@pytest.mark.parametrize("path", [DAYS, SCENARIOS])
@pytest.mark.parametrize("query", [{"zone": "DE-LU", "day": "2026-05-06"}, {"zone": "FR"}])
def test_a_day_without_any_says_why(client: Client, path: str, query: dict[str, str]) -> None:
    answer = client.get(path, **query)
    assert not answer["data"]
    assert "each night" in answer["meta"]["reason"] or "no forecast" in answer["meta"]["reason"]


def test_prices_that_may_not_be_handed_on_are_withheld_from_strangers(client: Client, settings: Settings, seeded: Warehouse) -> None:
    publish(seeded, "prices", [day_prices(LIKE[0], source="elsewhere", redistributable=False)], NOW)
    client.forget_tokens()
    assert client.get(DAYS, zone="DE-LU")["data"][0]["mean"] == 0.375
    answer = Client(settings, host="203.0.113.9").get(DAYS, zone="DE-LU")
    assert (answer["meta"]["withheld"], answer["data"][0]["mean"]) == (["elsewhere"], None)
    assert {row["value"] for row in answer["data"][0]["prices"]} == {None}


@pytest.mark.parametrize(
    ("query", "where"),
    [({"day": "soon"}, "/query/day"), ({"count": 0}, "/query/count"), ({"count": 99}, "/query/count"), ({"unit": "GBP/kWh"}, "/query/unit"),
     ({"days": 3}, "/query/days")],
)  # fmt: skip
@pytest.mark.parametrize("path", [DAYS, SCENARIOS])
def test_a_wrong_parameter_is_named(client: Client, path: str, query: dict[str, object], where: str) -> None:
    problem = client.refused(path, zone="DE-LU", **query)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (422, where)


def test_scenarios_follow_the_forecast_with_weights_that_sum_to_one(client: Client) -> None:
    """The forecast of each quarter hour is 200 EUR/MWh with 150 and 250 at the 10th and the 90th percentile, in a straight line."""
    answer = client.get(SCENARIOS, zone="DE-LU", unit="EUR/MWh", count=20)
    data = answer["data"]
    paths, weights = (np.array([path[name] for path in data["paths"]]) for name in ("values", "weight"))
    assert (paths.shape, len(data["starts"]), answer["meta"]["resolution_minutes"]) == ((3, 96), 96, 15)
    assert weights.sum() == pytest.approx(1.0)
    assert [path["like"] for path in data["paths"]] == [str(day) for day in LIKE]
    for interval in range(96):
        order = np.argsort(paths[:, interval])
        shares = np.cumsum(weights[order]) - weights[order] / 2
        assert paths[order, interval] == pytest.approx(137.5 + 125 * shares, abs=1e-3)
    assert len({tuple(np.argsort(paths[:, 4 * hour])) for hour in range(24)}) > 1, "the days do not rise and fall alike"


def test_scenarios_of_a_forecast_without_a_band_depart_from_its_point(client: Client, seeded: Warehouse) -> None:
    part = day_forecast(TOMORROW)
    publish(
        seeded,
        "price_forecasts",
        [type(part)(part.scope, part.partition, part.frame.drop(*[name for name in part.frame.columns if name.startswith("q")]))],
        NOW,
    )
    client.forget_tokens()
    data = client.get(SCENARIOS, zone="DE-LU", unit="EUR/MWh")["data"]
    paths, weights = (np.array([path[name] for path in data["paths"]]) for name in ("values", "weight"))
    assert weights @ paths == pytest.approx(np.full(96, 200.0), abs=0.01)
    assert paths.std() > 1


def test_both_are_found_in_the_document_of_the_api(client: Client) -> None:
    paths = client.get("/openapi.json")["paths"]
    assert {DAYS, SCENARIOS} <= set(paths)


def test_another_version_is_another_answer(client: Client, seeded: Warehouse) -> None:
    etag = client.ask(f"{DAYS}?zone=DE-LU").headers["etag"]
    assert client.ask(f"{DAYS}?zone=DE-LU", headers={"If-None-Match": etag}).status_code == 304
    publish(seeded, "similar_day_index", [similar_rows(TOMORROW + dt.timedelta(days=1))], NOW)
    client.forget_tokens()
    assert client.ask(f"{DAYS}?zone=DE-LU", headers={"If-None-Match": etag}).status_code == 200

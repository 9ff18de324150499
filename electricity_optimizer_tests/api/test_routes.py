"""The other routes: zones, the price now, accuracy, windows, plans, savings; who may see them; an empty store."""

import datetime as dt

import orjson
import polars as pl
import pytest
import zstandard
from pydantic import SecretStr

from electricity_optimizer.catalog.zones import zones as catalogue
from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import NOW, TODAY, answer, plan, problem, publish

PERSONAL = ("/v1/sites", "/v1/schedules/latest?site=house-1", "/v1/schedules/plan-1", "/v1/savings?site=house-1", "/v1/advice?site=house-1")


def test_zones_tell_their_horizon(client: Client) -> None:
    zones = {zone["zone"]: zone for zone in client.get("/v1/zones")["data"]}
    assert zones["DE-LU"]["known_until"] == "2026-05-04T22:00:00Z"
    assert zones["DE-LU"]["forecast_until"] == "2026-05-06T22:00:00Z"
    assert zones["FR"]["known_until"] is None
    assert client.get("/v1/zones/DE-LU")["data"] == zones["DE-LU"]


def test_the_price_now_and_its_place_in_the_day(client: Client) -> None:
    """At 12:07 in Berlin k is 48 of 96 rising prices from -100 to 850 EUR/MWh."""
    data = client.get("/v1/prices/current", zone="DE-LU", tz="Europe/Berlin")["data"]
    assert (data["now"]["start"], data["now"]["value"], data["now"]["kind"]) == ("2026-05-04T12:00:00+02:00", 0.38, "day_ahead")
    assert data["next"]["value"] == data["next_change"]["value"] == 0.39
    assert (data["rank"], data["of"], data["level"]) == (49, 96, "normal")


def test_the_next_change_looks_past_equal_prices(client: Client) -> None:
    client.now = dt.datetime(2026, 5, 4, 21, 50, tzinfo=dt.UTC)
    data = client.get("/v1/prices/current", zone="DE-LU")["data"]
    assert (data["next"]["value"], data["next"]["kind"]) == (0.2, "forecast")
    client.now = dt.datetime(2026, 5, 5, 10, 0, tzinfo=dt.UTC)
    data = client.get("/v1/prices/current", zone="DE-LU")["data"]
    assert data["next_change"] is None
    assert (data["rank"], data["level"]) == (None, "flat")


def test_accuracy_of_all_models_or_one(client: Client) -> None:
    answer = client.get("/v1/forecasts/accuracy", zone="DE-LU")
    assert [(row["model"], row["window_days"]) for row in answer["data"]] == [
        ("ensemble", 7),
        ("naive", 7),
        ("ensemble", 30),
        ("naive", 30),
    ]
    one = client.get("/v1/forecasts/accuracy", zone="DE-LU", model="ensemble", window_days=30)["data"]
    assert [(row["mae"], row["rmae"]) for row in one] == [(10.4, 0.52)]


def test_accuracy_by_horizon_and_hour(client: Client) -> None:
    ahead = client.get("/v1/forecasts/accuracy", zone="DE-LU", model="ensemble", horizon_days=2)["data"]
    assert [(row["horizon_days"], row["hour"], row["mae"]) for row in ahead] == [(2, -1, 11.4)]
    evening = client.get("/v1/forecasts/accuracy", zone="DE-LU", model="ensemble", hour=19)["data"]
    assert [(row["window_days"], row["hour"], row["mae"]) for row in evening] == [(30, 19, 29.4)]
    hours = client.get("/v1/forecasts/accuracy", zone="DE-LU", model="ensemble", by_hour="true")["data"]
    assert [row["hour"] for row in hours] == list(range(24))
    assert client.get("/v1/forecasts/accuracy", zone="DE-LU", horizon_days=7)["data"] == []


def test_accuracy_says_what_its_percentages_and_p_values_mean(client: Client) -> None:
    answer = client.get("/v1/forecasts/accuracy", zone="DE-LU", window_days=30)
    assert answer["meta"]["mape_floor_eur_mwh"] == 10.0
    assert {row["model"]: (row["mape"], row["dm_p_value"]) for row in answer["data"]} == {"ensemble": (12.5, None), "naive": (12.5, 0.99)}


def test_the_cheapest_window_is_one_block_before_the_deadline(client: Client) -> None:
    """Prices of today rise, so the cheapest two hours until the evening begin now."""
    data = client.get("/v1/windows", zone="DE-LU", duration="PT2H", must_finish_by="2026-05-04T20:00:00Z")["data"]
    assert (data["start"], data["end"], data["mean"]) == ("2026-05-04T10:00:00Z", "2026-05-04T12:00:00Z", 0.415)
    later = client.get("/v1/windows", zone="DE-LU", duration="PT2H", must_finish_by="2026-05-04T20:00:00Z", include_current="false")["data"]
    assert later["start"] == "2026-05-04T10:15:00Z"


def test_pieces_and_the_dearest(client: Client) -> None:
    query = {"zone": "DE-LU", "duration": "PT2H", "must_finish_by": "2026-05-05T00:00:00Z"}
    pieces = client.get("/v1/windows", **query, contiguous="false")["data"]
    assert pieces["mean"] == 0.2
    dearest = client.get("/v1/windows", **query, mode="most_expensive")["data"]
    assert dearest["end"] == "2026-05-04T22:00:00Z"


def test_no_window_is_an_answer_with_a_reason(client: Client) -> None:
    answer = client.get("/v1/windows", zone="DE-LU", duration="PT3H", must_finish_by="2026-05-04T12:00:00Z")
    assert answer["data"] is None
    assert "shorter" in answer["meta"]["reason"]


def test_a_plan_is_told_step_by_step_with_reasons(client: Client) -> None:
    answer = client.get("/v1/schedules/latest", site="house-1")
    step = answer["data"]["steps"][1]
    assert (step["start"], step["end"]) == ("2026-05-04T00:15:00+02:00", "2026-05-04T00:30:00+02:00")
    assert step["devices"]["bat"] == {"charge_kw": 2.0, "discharge_kw": 0.0, "soc_kwh": 6.0}
    assert step["devices"]["buffer"] == {"soc_kwh": 1.0, "rod.power_kw": 0.5}
    assert step["reasons"] == [{"device": "bat", "text": "charges: 0.29 now against <0.34> at 19:00"}]
    assert (step["import_price"], step["import_kw"]) == (0.29, 1.5)
    assert (answer["data"]["cost"], answer["data"]["baseline_cost"], answer["data"]["savings"]) == (1.25, 2.0, 0.75)
    assert answer["meta"]["verified"] is True
    assert len(answer["data"]["steps"]) == 8


def test_the_latest_plan_and_the_plan_of_a_day(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "optimized_schedules", [plan(day=TODAY + dt.timedelta(days=1), plan_id="plan-9")], NOW)
    client.forget_tokens()
    assert client.get("/v1/schedules/latest", site="house-1")["meta"]["plan_id"] == "plan-9"
    assert client.get("/v1/schedules/latest", site="house-1", day="today")["meta"]["plan_id"] == "plan-1"
    assert "plans exist from" in client.refused("/v1/schedules/latest", site="house-1", day="2026-01-01")["detail"]


def test_a_plan_by_its_id(client: Client) -> None:
    assert client.get("/v1/schedules/plan-2")["meta"]["site"] == "factory"
    assert client.refused("/v1/schedules/plan-77")["status"] == 404


def test_an_unknown_site_lists_the_near_ones(client: Client) -> None:
    assert "house-1" in client.refused("/v1/schedules/latest", site="house")["detail"]


def test_a_plan_that_looks_ahead_tells_its_day_and_where_it_looked_to(client: Client, seeded: Warehouse) -> None:
    committed = {"steps": 5, "cost": {"import": 0.7}, "co2_kg": None}
    ahead = problem() | {
        "devices": [*problem()["devices"][:1], {"type": "load", "name": "washer", "earliest": 5}, *problem()["devices"][2:]]
    }
    row = plan(day=TODAY + dt.timedelta(days=1), plan_id="plan-9").frame.with_columns(
        problem=pl.lit(zstandard.compress(orjson.dumps(ahead))),
        answer=pl.lit(zstandard.compress(orjson.dumps(answer() | {"committed": committed}))),
        previous_plan_id=pl.lit("plan-8"),
    )
    publish(seeded, "optimized_schedules", [Part("house-1", (TODAY + dt.timedelta(days=1)).isoformat(), row)], NOW)
    told = client.get("/v1/schedules/plan-9")
    assert [told["meta"][name] for name in ("end", "looks_ahead_until")] == ["2026-05-05T01:15:00+02:00", "2026-05-05T02:00:00+02:00"]
    assert told["meta"]["previous_plan_id"] == "plan-8"
    assert len(told["data"]["steps"]) == 5
    assert told["data"]["cost_parts"] == {"import": 0.7}
    assert "washer" not in {one["name"] for one in told["data"]["devices"]} | set(told["data"]["steps"][0]["devices"])
    assert told["data"]["baseline"] == told["meta"]["baseline"]


def test_savings_are_against_a_named_baseline(client: Client) -> None:
    answer = client.get("/v1/savings", site="house-1")
    total = answer["data"]["total"]
    assert (total["days"], total["settled_cost"], total["baseline_cost"]) == (2, 2.0, 4.0)
    assert (total["savings"], total["savings_percent"]) == (2.0, 50.0)
    assert [day["day"] for day in answer["data"]["days"]] == ["2026-05-02", "2026-05-03"]
    assert "without optimisation" in answer["meta"]["baseline"]


def test_a_site_without_settled_plans_has_empty_savings(client: Client) -> None:
    assert client.get("/v1/savings", site="factory")["data"] == {"total": None, "months": [], "days": []}


def test_advice_tells_every_choice_of_the_newest_month_best_first(client: Client) -> None:
    answer = client.get("/v1/advice", site="house-1")
    assert (answer["meta"]["month"], answer["meta"]["as_of"], answer["meta"]["currency"]) == ("2026-05", "2026-05-04", "EUR")
    assert answer["data"]["recommended"] == "sunny-fix"
    assert [(one["offer"], one["rank"], one["switch_on"]) for one in answer["data"]["choices"]] == [
        ("sunny-fix", 1, "2026-07-01"),
        ("stay", 2, None),
    ]


def test_a_site_without_advice_says_what_to_run(client: Client) -> None:
    assert "the job monthly_advice" in client.refused("/v1/advice", site="factory")["detail"]


@pytest.mark.parametrize("path", PERSONAL)
def test_personal_answers_are_private(client: Client, path: str) -> None:
    assert client.ask(path).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", PERSONAL)
def test_strangers_see_no_plans(settings: Settings, client: Client, path: str) -> None:
    assert Client(settings, host="203.0.113.9").ask(path).status_code == 403
    assert client.ask(path, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403, "a proxy on this machine"
    assert client.ask(path, base="http://rebound.example").status_code == 403, "a page that rebound its own name to this machine"


def test_the_process_that_made_the_application_sees_them(settings: Settings, seeded: Warehouse) -> None:
    assert seeded
    inside = Client(settings, host="testclient")
    assert inside.ask(PERSONAL[0], base="http://testserver").status_code == 200
    assert inside.ask(PERSONAL[0], headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_the_key_opens_plans_to_an_app_elsewhere(settings: Settings, seeded: Warehouse) -> None:
    assert seeded
    stranger = Client(settings.model_copy(update={"api_key": SecretStr("sesame")}), host="203.0.113.9")
    refused = stranger.ask(PERSONAL[0])
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert stranger.ask(PERSONAL[0], headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert stranger.ask(PERSONAL[0], headers={"Authorization": "Bearer sesame"}).status_code == 200
    assert stranger.ask(PERSONAL[0], headers={"X-API-Key": "sesame"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/curve", "/v1/prices", "/v1/forecasts/latest"])
def test_an_empty_store_answers_with_nothing_and_says_so(empty_client: Client, path: str) -> None:
    answer = empty_client.get(path, zone="DE-LU")
    assert (answer["data"], answer["meta"]["known_until"], answer["meta"]["tomorrow_available"]) == ([], None, False)
    day = empty_client.get(path, zone="DE-LU", day="today")["data"]
    assert {row["kind"] for row in day} == {"missing"}
    assert empty_client.ask(f"{path}.csv?zone=DE-LU").status_code == 200
    assert empty_client.ask(f"{path}.parquet?zone=DE-LU").status_code == 200


def test_an_empty_store_has_no_price_no_scores_no_windows_and_no_sites(empty_client: Client) -> None:
    assert empty_client.get("/v1/prices/current", zone="DE-LU")["data"]["now"]["kind"] == "missing"
    assert empty_client.get("/v1/forecasts/accuracy", zone="DE-LU")["data"] == []
    assert empty_client.get("/v1/windows", zone="DE-LU", duration="PT1H")["data"] is None
    assert empty_client.get("/v1/sites")["data"] == []
    assert empty_client.get("/v1/zones")["meta"]["count"] == len(catalogue())
    assert "no site has a plan yet" in empty_client.refused("/v1/savings", site="house-1")["detail"]


def test_the_alias_answers_the_same(client: Client) -> None:
    assert client.get("/api/v1/curve", zone="DE-LU")["data"] == client.get("/v1/curve", zone="DE-LU")["data"]
    assert client.get("/api/v1/curve", zone="DE-LU")["links"]["csv"].startswith("/api/v1/curve.csv?")


def test_health_answers_under_both_names(client: Client) -> None:
    assert client.get("/health") == client.get("/api/health") == {"status": "ok"}
    assert client.get("/health/ready") == {"status": "ready"}

"""The registry of models over the API: champions and refused challengers with their cards, no bytes."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import NOW, publish

TRIAL = {"rule": "trial", "first_day": "2026-04-19", "last_day": "2026-05-02", "days": 14, "mae": 9.5, "champion_mae": 9.6, "p_value": 0.7}
LATER = dt.timedelta(hours=1)


def card(model: str, role: str, file: str, scores: dict[str, Any], **more: str) -> dict[str, Any]:
    return {
        "zone": "DE-LU", "model": model, "role": role, "file_sha256": file, "schema_version": 1, "trained_from": dt.date(2025, 5, 4),
        "trained_until": dt.date(2026, 5, 2), "card": {"inputs": ["load_forecast_mw"], "seed": 0, "scores": scores, **more},
    }  # fmt: skip


def registry(*rows: dict[str, Any]) -> Part:
    return Part("DE-LU", "current", pl.DataFrame(rows, schema_overrides={"card": pl.Object}))


@pytest.fixture
def trained(seeded: Warehouse) -> Warehouse:
    refused = card("lear_364", "challenger", "b" * 64, TRIAL | {"mae": 30.0}, refused="in the trial its error is 30.00")
    publish(seeded, "forecast_models", [registry(card("lear_364", "champion", "a" * 64, TRIAL), refused)], NOW)
    return seeded


def test_champions_and_refused_challengers_are_told_with_their_cards(client: Client, trained: Warehouse) -> None:
    assert trained
    answer = client.get("/v1/models", zone="DE-LU")
    assert [(row["model"], row["role"], row["file_sha256"][0]) for row in answer["data"]] == [
        ("lear_364", "challenger", "b"),
        ("lear_364", "champion", "a"),
    ]
    champion = answer["data"][1]
    assert (champion["trained_from"], champion["trained_until"], champion["schema_version"]) == ("2025-05-04", "2026-05-02", 1)
    assert champion["card"]["scores"] == TRIAL
    assert answer["data"][0]["card"]["refused"].startswith("in the trial")
    assert (answer["meta"]["zone"], answer["meta"]["trained_at"]) == ("DE-LU", "2026-05-04T10:07:00Z")


def test_one_role_can_be_asked_for(client: Client, trained: Warehouse) -> None:
    assert trained
    assert [row["role"] for row in client.get("/v1/models", zone="DE-LU", role="champion")["data"]] == ["champion"]
    assert client.refused("/v1/models", zone="DE-LU", role="loser")["status"] == 422


def test_the_answer_changes_with_the_next_training(client: Client, trained: Warehouse) -> None:
    etag = client.ask("/v1/models?zone=DE-LU").headers["etag"]
    assert client.ask("/v1/models?zone=DE-LU", headers={"If-None-Match": etag}).status_code == 304
    publish(trained, "forecast_models", [registry(card("lear_364", "champion", "c" * 64, TRIAL))], NOW + LATER)
    client.forget_tokens()
    assert [row["file_sha256"][0] for row in client.get("/v1/models", zone="DE-LU")["data"]] == ["c"]


def test_before_the_first_training_there_are_none(client: Client) -> None:
    answer = client.get("/v1/models", zone="DE-LU")
    assert (answer["data"], answer["meta"]["trained_at"]) == ([], None)


def test_an_unknown_zone_is_404(client: Client) -> None:
    assert client.refused("/v1/models", zone="DE-LUX")["status"] == 404

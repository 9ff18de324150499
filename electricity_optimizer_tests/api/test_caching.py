"""Versions: ETag, 304, HEAD, cache headers, and the last good answer without a store."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import event

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import NOW, TODAY, day_prices, publish

CURVE = "/v1/curve?zone=DE-LU"


@pytest.fixture
def statements(seeded: Warehouse) -> list[str]:
    """Every statement that reaches the database."""
    seen: list[str] = []
    event.listen(seeded.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    return seen


def test_an_etag_is_strong_and_belongs_to_version_and_question(client: Client, seeded: Warehouse) -> None:
    first = client.ask(CURVE)
    assert first.headers["etag"].startswith('"')
    assert client.ask(CURVE).content == first.content
    assert client.ask(f"{CURVE}&layout=compact").headers["etag"] != first.headers["etag"]
    publish(seeded, "prices", [day_prices(TODAY, lift=1.0)], NOW)
    client.forget_tokens()
    assert client.ask(CURVE).headers["etag"] != first.headers["etag"]


def test_unchanged_is_304_without_a_body_and_without_reading_a_series(client: Client, statements: list[str]) -> None:
    etag = client.ask(CURVE).headers["etag"]
    client.forget_tokens()
    statements.clear()
    response = client.ask(CURVE, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
    assert statements
    assert all(" price" not in one and " forecast" not in one for one in statements if one != "BEGIN")


def test_within_a_second_nothing_is_read_at_all(client: Client, statements: list[str]) -> None:
    client.ask(CURVE)
    statements.clear()
    assert client.ask(CURVE).status_code == 200
    assert statements == []


def test_the_next_quarter_hour_is_another_answer(client: Client) -> None:
    etag = client.ask(CURVE).headers["etag"]
    client.now = NOW + dt.timedelta(minutes=10)
    assert client.ask(CURVE, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(("minute", "age"), [(0, 300), (7, 300), (11, 240), (14, 60)])
def test_public_answers_may_be_kept_until_the_next_interval(client: Client, minute: int, age: int) -> None:
    client.now = NOW.replace(minute=minute)
    assert client.ask(CURVE).headers["cache-control"] == f"public, max-age={age}, stale-if-error=86400"


def test_head_is_get_without_the_body(client: Client) -> None:
    get, head = client.ask(CURVE), client.ask(CURVE, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == str(len(get.content))


def break_store(client: Client, home: Path) -> None:
    """Point the application at a place where no database can be."""
    (home / "blocked").write_text("a file where a folder should be")
    client.app.state.store._settings = Settings(home=home / "blocked" / "deeper", _env_file=None)
    client.forget_tokens()


def test_without_the_store_the_last_good_answer_is_served_as_stale(client: Client, tmp_path: Path) -> None:
    good = client.get("/v1/curve", zone="DE-LU")
    break_store(client, tmp_path)
    answer = client.get("/v1/curve", zone="DE-LU")
    assert answer["data"] == good["data"]
    assert (good["meta"]["stale"], answer["meta"]["stale"]) == (False, True)
    assert "store" in answer["meta"]["stale_reason"]


def test_when_the_file_of_the_store_is_deleted_the_last_good_answer_is_served_as_stale(client: Client, settings: Settings) -> None:
    good = client.get("/v1/curve", zone="DE-LU")
    for file in settings.home.glob("warehouse.db*"):
        file.unlink()
    client.forget_tokens()
    answer = client.get("/v1/curve", zone="DE-LU")
    assert (answer["data"], answer["meta"]["stale"]) == (good["data"], True)
    assert client.ask("/health/ready").status_code == 503


def test_without_the_store_and_without_an_earlier_answer_it_is_503_that_says_when(client: Client, tmp_path: Path) -> None:
    break_store(client, tmp_path)
    response = client.ask(CURVE)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert str(tmp_path) not in response.text, "folders are nobody else's business"
    assert client.ask("/health").status_code == 200
    assert client.ask("/health/ready").status_code == 503

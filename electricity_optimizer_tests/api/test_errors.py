"""Wrong questions: each answer names the parameter and the remedy."""

import json

import pytest

from electricity_optimizer_tests.api.client import Client


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ({"start": "2026-05-04T00:00:00"}, "start", "write it with Z or +02:00"),
        ({"start": "soon"}, "start", "is not a time"),
        ({"start": "0001-01-01T00:00:00+10:00"}, "start", "out of range"),
        ({"start": "2026-05-04T00:00:00Z", "end": "2026-05-04T00:00:00Z"}, "end", "after start"),
        ({"end": "2026-06-04T00:00:00Z", "duration": "PT1H"}, "end", "beside duration"),
        ({"duration": "two hours"}, "duration", "PT48H"),
        ({"duration": "P99999D"}, "duration", "3660 days"),
        ({"day": "someday"}, "day", "2026-05-04"),
        ({"day": "9999-12-31"}, "day", "out of range"),
        ({"day": "today", "start": "2026-05-04T00:00:00Z"}, "day", "either day"),
        ({"tz": "Berlin"}, "tz", "Europe/Berlin"),
        ({"tz": "../etc/passwd"}, "tz", "not known"),
        ({"unit": "USD/kWh"}, "unit", "EUR/kWh, ct/kWh, EUR/MWh"),
        ({"currency": "SEK"}, "currency", "only EUR for now"),
        ({"resolution": "5"}, "resolution", "15, 30 or 60"),
        ({"as_of": "2026-05-04"}, "as_of", "no offset"),
        ({"limit": "10001"}, "limit", "10000"),
        ({"cursor": "%%"}, "cursor", "links.next"),
        ({"layout": "table"}, "layout", "compact"),
        ({"resoluton": "60"}, "resoluton", "not a parameter"),
    ],
)
def test_a_wrong_parameter_is_422_with_its_pointer_and_the_remedy(client: Client, query: dict[str, str], parameter: str, said: str) -> None:
    problem = client.refused("/v1/curve", zone="DE-LU", **query)
    assert (problem["status"], problem["type"]) == (422, "/problems/invalid-parameter")
    assert [one["pointer"] for one in problem["errors"]] == [f"/query/{parameter}"]
    assert said in problem["detail"]


def test_a_plus_that_arrived_as_a_space_is_understood(client: Client) -> None:
    answer = client.ask("/v1/curve?zone=DE-LU&start=2026-05-04T12:00:00+02:00&duration=PT15M").json()
    assert answer["data"][0]["start"] == "2026-05-04T10:00:00Z"


def test_an_unknown_zone_is_404_and_lists_the_near_ones(client: Client) -> None:
    problem = client.refused("/v1/curve", zone="DE")
    assert (problem["status"], problem["errors"][0]["pointer"]) == (404, "/query/zone")
    assert "DE-LU" in problem["detail"]
    assert client.refused("/v1/zones/DE")["errors"][0]["pointer"] == "/path/zone"


def test_a_missing_zone_says_so(client: Client) -> None:
    assert client.refused("/v1/curve")["detail"] == "zone: is missing: add it to the query"


def test_an_unknown_route_and_a_method_that_writes(client: Client) -> None:
    assert client.refused("/v1/nothing")["status"] == 404
    response = client.ask("/v1/curve", method="POST")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    assert "only reads" in response.json()["detail"]


def test_a_request_id_is_echoed_when_it_is_sound_and_made_otherwise(client: Client) -> None:
    given = client.ask("/v1/nothing", headers={"X-Request-ID": "abc-1"})
    assert given.headers["x-request-id"] == given.json()["request_id"] == "abc-1"
    made = client.ask("/v1/nothing", headers={"X-Request-ID": "<script>"})
    assert made.headers["x-request-id"] == made.json()["request_id"] != "<script>"


def test_a_defect_of_ours_is_500_without_its_inside(client: Client) -> None:
    client.app.state.now = lambda: 1 / 0
    response = client.ask("/v1/curve?zone=DE-LU")
    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal")
    assert "division" not in response.text


def test_every_problem_type_is_explained(client: Client) -> None:
    problem = client.refused("/v1/curve", zone="DE")
    assert client.get(problem["type"])["title"] == problem["title"]
    assert "known: invalid-parameter" in client.refused("/problems/unheard-of")["detail"]


def test_the_openapi_document_has_stable_names_examples_and_every_error(client: Client) -> None:
    document = client.get("/openapi.json")
    assert document["openapi"].startswith("3.1")
    curve = document["paths"]["/v1/curve"]["get"]
    assert curve["operationId"] == "curve"
    assert set(curve["responses"]) == {"200", "304", "404", "422", "503"}
    assert "example" in json.dumps(curve["responses"]["200"])
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert not any(path.startswith("/api") for path in document["paths"])

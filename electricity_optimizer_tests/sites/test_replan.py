"""A day planned again at noon: the morning stands, the afternoon follows the news, and without news nothing moves."""

import datetime as dt

import pytest

from electricity_optimizer.catalog.sites import site
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites import SiteState, build_problem
from electricity_optimizer.sites.replan import replanned_day

DAY = dt.date(2026, 1, 14)
NOON = 48


@pytest.fixture(scope="module")
def planned(market):
    house = site("house-1")
    problem = build_problem(house, DAY, prices=market.prices(house), forecast=market.forecast(house, DAY), state=SiteState.initial(house))
    return problem, schedule(problem)


def lists(answer, first, last=None):
    return {
        (name, key): value[first:last]
        for name, flows in answer["devices"].items()
        for key, value in flows.items()
        if isinstance(value, list) and key.endswith("_kw")
    }


def test_given_nothing_new_then_the_plan_stands(planned):
    assert replanned_day(planned, dict(planned[0]), NOON) is None


def test_given_a_dear_afternoon_then_the_morning_stands_and_the_afternoon_is_served_from_the_battery(planned):
    problem, answer = planned
    dear = [price + (1.0 if 62 <= k < 68 else 0.0) for k, price in enumerate(problem["import_price"])]
    known, whole = replanned_day(planned, problem | {"import_price": dear}, NOON)
    assert known["import_price"] == dear
    assert whole["verified"]
    morning = lists(answer, 0, NOON)
    assert lists(whole, 0, NOON) == {key: pytest.approx(values) for key, values in morning.items()}
    afternoon = slice(62, 68)
    assert sum(whole["grid"]["import_kw"][afternoon]) <= sum(answer["grid"]["import_kw"][afternoon])
    assert whole["changes"]["items"]
    assert all(item["from_step"] >= NOON for item in whole["changes"]["items"])


def test_given_news_of_the_past_alone_then_nothing_is_planned_again(planned):
    problem, _ = planned
    other = [price + (0.1 if k < NOON else 0.0) for k, price in enumerate(problem["import_price"])]
    assert replanned_day(planned, problem | {"import_price": other}, NOON) is None


def test_given_a_longer_horizon_then_the_plan_looks_on(planned):
    problem, _ = planned
    short = 88
    cut = {
        name: value[:short] if isinstance(value, list) and len(value) == len(problem["import_price"]) else value
        for name, value in problem.items()
    }
    cut["devices"] = [
        {
            key: value[:short] if isinstance(value, list) and len(value) == len(problem["import_price"]) else value
            for key, value in device.items()
        }
        for device in problem["devices"]
        if device["type"] in {"pv", "battery"}
    ]
    first = cut, schedule(cut)
    longer = problem | {"devices": [device for device in problem["devices"] if device["type"] in {"pv", "battery"}]}
    _, whole = replanned_day(first, longer, NOON)
    assert len(whole["grid"]["import_kw"]) == len(longer["import_price"])
    assert whole["verified"]

"""What a new plan does otherwise, and why, as far as numbers tell."""

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer.optimization.again.replan import replan
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def changed(problem, at_step=1, **news):
    return replan(problem, schedule(problem), at_step, **news)["changes"]


def test_a_first_plan_has_no_changes():
    assert "changes" not in schedule(site([0.1]))


def test_no_news_is_no_change():
    problem = site([0.1, 0.2, 0.1, 0.4], battery(5, 2, 2), load_kw=1)
    answer = schedule(problem)
    assert replan(problem, answer, 1)["changes"] == {"from_plan": answer["plan_id"], "kwh_moved": 0.0, "given_up": 0.0, "items": []}


def test_a_price_that_rose_is_named_with_both_its_values():
    moved = changed(site([0.5, 0.1, 0.3, 0.5], car(40, 10, 0, [(0, 4, 10)])), prices=[0.6, 0.3, 0.5])
    assert moved["kwh_moved"] == pytest.approx(10)
    assert moved["items"] == [
        {
            "device": "car",
            "from_step": 1,
            "until_step": 2,
            "text": "charges 10.0 kWh at 02:00 instead of 01:00: the price of 01:00 rose from 0.10 to 0.60",
        }
    ]


def test_a_price_that_fell_is_named_where_the_energy_went():
    (item,) = changed(site([0.5, 0.2, 0.3, 0.5], car(40, 10, 0, [(0, 4, 10)])), prices=[0.2, 0.3, 0.05])["items"]
    assert item["text"] == "charges 10.0 kWh at 03:00 instead of 01:00: the price of 03:00 fell from 0.50 to 0.050"


def test_a_job_names_its_old_and_new_time():
    (item,) = changed(site([0.5, 0.5, 0.1, 0.1, 0.3, 0.3], job(2, 2)), prices=[0.5, 0.6, 0.6, 0.3, 0.3])["items"]
    assert item["text"] == "runs 04:00-06:00 instead of 02:00-04:00: the price of 02:00 rose from 0.10 to 0.60"


def test_a_measured_level_is_a_reason():
    moved = changed(site([0.1] * 4, car(40, 10, 0, [(0, 4, 30)])), state={"car": 7})
    assert {item["text"].partition(": ")[2] for item in moved["items"]} == {"it holds 3.0 kWh less than planned"}


def test_less_sun_and_more_load_are_reasons():
    sunny = site([0.4] * 4, car(40, 10, 0, [(0, 4, 10)]), roof([0, 0, 10, 10]), export_price=0.05)
    (item,) = changed(sunny, pv=[0, 0, 10])["items"]
    assert item["text"] == "charges 10.0 kWh at 03:00 instead of 02:00: 10.0 kWh less sun is expected from 02:00"
    full = site([0.4, 0.1, 0.2, 0.4], car(40, 10, 0, [(0, 4, 10)]), grid={"import_limit_kw": 10})
    (item,) = changed(full, load_kw=[6, 0, 0])["items"]
    assert item["text"] == "charges 6.0 kWh at 02:00 instead of 01:00: 6.0 kWh more load is expected from 01:00"


def test_a_change_worth_less_than_a_cent_is_not_made_and_its_price_is_told():
    moved = changed(site([0.5, 0.1, 0.1, 0.5], car(40, 10, 0, [(0, 4, 10)])), prices=[0.1, 0.0995, 0.5])
    assert moved["kwh_moved"] == 0
    assert moved["given_up"] == pytest.approx(0.005)

import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.backtest import Request, check_request, conclude, default_request, pieces, run_piece
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.walk import walk_forward

REQUEST = Request(dt.date(2026, 5, 7), dt.date(2026, 5, 20), ("naive", "lear_56", "ensemble"))


@pytest.fixture(scope="module")
def results(market):
    return [run_piece(market, piece, 7, 0) for piece in pieces(REQUEST, market) if piece.member in {"naive", "lear_56"}]


def test_pieces_cover_every_member_and_day_once_and_begin_with_a_refit(market):
    cut = pieces(REQUEST, market)
    for member in REQUEST.members:
        days = sorted(day for piece in cut if piece.member == member for day in piece.days)
        assert days == sorted(set(days))
        assert set(REQUEST.days) <= set(days)
    assert all(len(piece.days) <= (364 if piece.member == "network" else 28) for piece in cut)
    assert len({piece.name for piece in cut}) == len(cut)


def test_the_order_of_the_pieces_does_not_matter(market, results):
    forwards, backwards = conclude(market, REQUEST, results), conclude(market, REQUEST, results[::-1])
    assert forwards["ensemble"].quantiles.tobytes() == backwards["ensemble"].quantiles.tobytes()


def test_the_ensemble_is_what_the_production_walk_says(market, results):
    """Given walks of 28 days, each with a first refit as the pieces have, then the points are the same to the last bit."""
    first = min(day for result in results for day in result.piece.days)
    run_up = [first + dt.timedelta(days=k) for k in range((REQUEST.first - first).days)]
    history, points = MemberHistory(), []
    for days in (*(run_up[k : k + 28] for k in range(0, len(run_up), 28)), REQUEST.days):
        possible = [day for day in days if day > dt.date(2026, 1, 8)]  # the naive needs a week
        points += [f.point for f in walk_forward(market, possible, members=("naive", "lear_56"), recalibrate=7, history=history)]
    assert np.array(points[-14:]).tobytes() == conclude(market, REQUEST, results)["ensemble"].point.tobytes()


def test_the_naive_has_an_rmae_of_one_and_lear_is_better(market, results):
    measures = {name: result.measures for name, result in conclude(market, REQUEST, results).items()}
    assert measures["naive"]["rmae"] == 1.0
    assert measures["lear_56"]["rmae"] < 0.4
    assert measures["ensemble"]["fit_cpu_seconds"] >= measures["lear_56"]["fit_cpu_seconds"] > 0


def test_a_model_that_cannot_forecast_a_test_day_is_refused(market):
    request = dataclasses.replace(REQUEST, models=("lear_364",))
    with pytest.raises(ForecastError, match="lear_364 cannot forecast 2026-05-07"):
        conclude(market, request, [run_piece(market, piece, 7, 0) for piece in pieces(request, market)])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"models": ("lstm",)}, "one of naive"),
        ({"recalibrate": 0}, "refit every 1 day"),
        ({"last": dt.date(2026, 5, 1)}, "before it starts"),
        ({"last": dt.date(2027, 5, 1)}, "the file holds 2026-01-01 to 2026-05-20"),
        ({"first": dt.date(2026, 1, 3)}, "seven days before"),
    ],
)
def test_wrong_requests_are_refused_with_the_remedy(market, change, what):
    with pytest.raises(InputError) as caught:
        check_request(dataclasses.replace(REQUEST, **change), market)
    assert what in str(caught.value)


def test_by_default_the_last_104_weeks_are_tested(nord_pool):
    request = default_request(nord_pool)
    assert (request.first, request.last, len(request.days)) == (dt.date(2016, 12, 27), dt.date(2018, 12, 24), 728)


@pytest.mark.slow
def test_the_whole_nord_pool_benchmark_beats_the_published_forecasts(nord_pool):
    """Published, with daily refits: the mean of the LEAR and DNN ensembles MAE 1.631, its pinball with plain rolling residuals 0.704."""
    request = dataclasses.replace(default_request(nord_pool), models=("naive", "ensemble"))
    walked = [run_piece(nord_pool, piece, 7, 0) for piece in pieces(request, nord_pool)]
    measures = {name: result.measures for name, result in conclude(nord_pool, request, walked).items()}
    assert measures["naive"]["mae"] == pytest.approx(3.165, abs=5e-4)
    assert measures["ensemble"]["mae"] < 1.631
    assert measures["ensemble"]["pinball"] < 0.97 * 0.704
    assert 0.89 < measures["ensemble"]["coverage_90"] < 0.91

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.models import MODELS, model
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted


def test_a_stored_fit_forecasts_the_same_to_the_last_bit(market):
    known = market.known_for(dt.date(2026, 4, 20))
    lear = model("lear_56")
    fitted = lear.fit(known, 0)
    again = load_fitted(save_fitted(fitted))
    assert lear.predict(again, known).tobytes() == lear.predict(fitted, known).tobytes()
    assert (again.model, again.day, again.inputs, again.card) == (fitted.model, fitted.day, fitted.inputs, fitted.card)


def test_equal_fits_have_equal_bytes(market):
    known = market.known_for(dt.date(2026, 4, 20))
    assert save_fitted(model("lear_56").fit(known, 0)) == save_fitted(model("lear_56").fit(known, 0))


@pytest.mark.parametrize("body", [b"", b"not a zip", save_fitted(Fitted("naive", dt.date(2026, 1, 1)))[:-30]])
def test_other_bytes_are_refused(body):
    with pytest.raises(InputError, match="no stored model"):
        load_fitted(body)


def test_arrays_that_need_pickle_are_never_written():
    with pytest.raises(ValueError, match="Object arrays"):
        save_fitted(Fitted("x", dt.date(2026, 1, 1), arrays={"a": np.array([{}], dtype=object)}))


def test_every_model_stands_in_the_registry_under_its_own_name():
    assert all(name == entry.name for name, entry in MODELS.items())
    with pytest.raises(InputError, match="one of naive, lear_56"):
        model("crystal_ball")

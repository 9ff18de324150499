import datetime as dt

import numpy as np

from electricity_optimizer.forecasting.calendar import HOLIDAY, SUNDAY, quantities, weekdays
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.models.boosting_inputs import hour_rows

MAY_DAY = dt.date(2026, 5, 1)  # a Friday


def with_holidays(table: DayTable, *days: dt.date) -> DayTable:
    flags = np.zeros_like(table.price)
    flags[[table.row(day) for day in days]] = 1.0
    return DayTable(table.first_day, table.price, {**table.inputs, HOLIDAY: flags})


def test_a_holiday_is_a_sunday_and_no_quantity(market):
    table = with_holidays(market, MAY_DAY)
    rows = np.array([table.row(MAY_DAY) + offset for offset in (-1, 0, 1, 2)])
    assert weekdays(market, rows).tolist() == [3, 4, 5, SUNDAY]
    assert weekdays(table, rows).tolist() == [3, SUNDAY, 5, SUNDAY]
    assert quantities(table) == ["load", "wind"]


def test_lear_forecasts_a_holiday_like_a_sunday_and_reads_it_as_no_quantity(market):
    model, forecasts = MODELS["lear_84"], []
    for holidays in ((), (MAY_DAY,)):
        known = with_holidays(market, *holidays).known_for(MAY_DAY)
        fitted = model.fit(known, 0)
        assert fitted.inputs == ("load", "wind")
        forecasts.append(model.predict(fitted, known))
    assert not np.array_equal(*forecasts)


def test_the_trees_see_a_holiday_as_a_sunday(market):
    rows = np.array([market.row(MAY_DAY)])
    hours = hour_rows(with_holidays(market, MAY_DAY), rows, ("load", "wind"))
    assert set(hours.values[0, :, hours.names.index("weekday")]) == {float(SUNDAY)}


def test_no_holidays_told_of_or_none_there_is_the_same(market):
    model = MODELS["lear_56"]
    day = market.last_day
    forecasts = [model.predict(model.fit(known, 0), known) for known in (market.known_for(day), with_holidays(market).known_for(day))]
    assert np.array_equal(*forecasts)

"""The golden cross-check: one day of one market, recorded from two upstreams in two formats, is the same 96 prices."""

import datetime as dt

from electricity_optimizer.sources import entsoe, omie


def test_the_recorded_entsoe_day_expands_to_the_96_values_of_the_omie_file(shared):
    day = dt.date(2025, 10, 1)
    document = (shared / "payloads/entsoe/ES_day_ahead_price.xml").read_bytes()
    file = (shared / "payloads/omie/INT_PBC_EV_H_1_01_10_2025_01_10_2025.TXT").read_bytes()
    expanded = [record for record in entsoe.parse(document) if record.delivery_date == day]
    spain = omie.parse(file, area="ES", day=day.isoformat())
    assert len(spain) == 96
    assert [record.derivation for record in expanded].count("a03_repeat") == 3
    assert [(record.start_utc, record.end_utc, record.price) for record in expanded] == [
        (record.start_utc, record.end_utc, record.price) for record in spain
    ]

import base64
import datetime as dt
import math
import re
from xml.etree import ElementTree as ET

import pytest

from electricity_optimizer.charts import (
    Bar,
    Curve,
    Group,
    Lane,
    Series,
    Tick,
    bar_chart,
    column_chart,
    curve_chart,
    gantt_chart,
    line_chart,
    markdown_image,
    sparkline,
)
from electricity_optimizer.charts.canvas import nice_ticks
from electricity_optimizer.timeline import UTC, day_start, interval_starts

SVG = "{http://www.w3.org/2000/svg}"
START = dt.datetime(2026, 5, 4, 22, tzinfo=UTC)


def hours(count: int) -> list[dt.datetime]:
    return [START + dt.timedelta(hours=k) for k in range(count)]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_a_missing_value_leaves_a_gap_and_is_never_drawn_as_zero() -> None:
    svg = line_chart([Series("price", hours(3), [1.0, None, 2.0])])
    line = next(node for node in ET.fromstring(svg).iter(f"{SVG}path") if "line" in node.attrib["class"])
    assert line.attrib["d"].count("M") == 2


def test_negative_prices_lie_below_a_visible_zero_line() -> None:
    svg = line_chart([Series("price", hours(2), [-0.02, 0.03])])
    zero = next(node for node in ET.fromstring(svg).iter(f"{SVG}line") if node.attrib["class"] == "zero")
    line = next(node for node in ET.fromstring(svg).iter(f"{SVG}path") if "line" in node.attrib["class"])
    first_row = float(line.attrib["d"].split("V")[1].split("H")[0])
    assert first_row > float(zero.attrib["y1"])


def test_labels_are_local_time_and_follow_the_long_day_in_autumn() -> None:
    starts = interval_starts(dt.date(2025, 10, 26), "Europe/Berlin", 15)
    assert len(starts) == 100
    labels = texts(line_chart([Series("price", starts, [1.0] * 100, minutes=15)], tz="Europe/Berlin", width=1400))
    assert labels.count("02:00") == 2
    assert "Sun 26 Oct" in labels


def test_the_now_marker_is_drawn_only_inside_the_picture() -> None:
    series = [Series("price", hours(3), [1.0, 2.0, 3.0])]
    assert "now 00:30" in line_chart(series, tz="Europe/Berlin", now=START + dt.timedelta(minutes=30))
    assert "now" not in texts(line_chart(series, now=START + dt.timedelta(days=3)))


def test_kinds_differ_by_stroke_and_the_band_is_hatched() -> None:
    svg = line_chart(
        [
            Series("day-ahead", hours(2), [1.0, 2.0]),
            Series("forecast", hours(2), [1.0, 2.0], low=[0.5, 1.0], high=[2.0, 3.0], stroke="dashed"),
        ]
    )
    assert 'stroke-dasharray="7 4"' in svg
    assert svg.count("url(#") == 1


@pytest.mark.parametrize("series", [[], [Series("price", [], [])], [Series("price", hours(1), [None])]])
def test_no_values_say_so(series: list[Series]) -> None:
    assert texts(line_chart(series)) == ["no data yet"]


def test_a_flat_series_still_has_an_axis() -> None:
    ET.fromstring(line_chart([Series("price", hours(2), [0.0, 0.0])]))


def test_names_are_escaped() -> None:
    assert "<script>" not in line_chart([Series("<script>", hours(1), [1.0])], title="<script>", hover=True)


def test_hover_says_time_value_and_band() -> None:
    svg = line_chart([Series("forecast", hours(1), [0.2], low=[0.1], high=[0.3])], hover=True, unit="EUR/kWh", tz="Europe/Berlin")
    assert "Tue 00:00 0.2 EUR/kWh forecast (0.1 to 0.3)" in svg


def test_charts_bring_no_inline_style_that_a_strict_policy_forbids() -> None:
    svg = line_chart([Series("price", hours(2), [1.0, 2.0])], hover=True) + gantt_chart([Lane("bat", [1.0, -1.0])], hours(3))
    assert "style" not in svg


def test_a_year_of_quarters_makes_a_sparkline_below_two_kilobytes() -> None:
    assert len(sparkline([float(k % 97) - 20 for k in range(35_040)])) < 2048
    assert sparkline([None]).endswith("</svg>")


def test_a_markdown_image_holds_the_svg() -> None:
    svg = sparkline([1.0, 2.0])
    image = markdown_image(svg, "prices [DE-LU]")
    assert image.startswith("![prices (DE-LU)](data:image/svg+xml;base64,")
    assert base64.b64decode(image.split(",")[1].removesuffix(")")).decode() == svg


def test_a_gantt_draws_a_bar_for_each_running_step_and_the_level() -> None:
    edges = [day_start(dt.date(2026, 5, 4), "Europe/Berlin") + dt.timedelta(minutes=15 * k) for k in range(5)]
    svg = gantt_chart([Lane("bat", [2.0, 0.0, -1.0, 0.0], [1.0, 1.0, 0.5, 0.5], "kWh"), Lane("washer", [0, 0, 2, 2])], edges)
    bars = [node.attrib["class"] for node in ET.fromstring(svg).iter(f"{SVG}rect") if node.attrib["height"] != "10"]
    assert bars == ["draws", "gives", "draws", "draws"]
    assert svg.count("<polyline") == 1


def test_a_gantt_without_a_plan_says_so() -> None:
    assert texts(gantt_chart([], [])) == ["no plan yet"]


def test_bars_go_left_of_zero_when_negative() -> None:
    root = ET.fromstring(bar_chart([Bar("baseline", 2.0, hatched=True), Bar("plan", -0.5)], unit="EUR"))
    first, second = root.iter(f"{SVG}rect")
    assert float(second.attrib["x"]) < float(first.attrib["x"])


def paths(svg: str) -> list[str]:
    return [node.attrib["d"] for node in ET.fromstring(svg).iter(f"{SVG}path")]


def test_a_curve_goes_through_its_points_and_breaks_where_there_is_none() -> None:
    (line,) = paths(curve_chart([Curve("share", (0, 1, 2, 3), (0.0, 50.0, math.nan, 100.0))], [], bounds=(0, 100), width=362, height=300))
    assert line.count("M") == 2
    start, middle, end = (tuple(float(number) for number in point.split()) for point in re.split("[ML]", line)[1:])
    assert (start[0], end[0]) == (52.0, 352.0)
    assert middle[1] == pytest.approx((start[1] + end[1]) / 2)


def test_labels_below_a_curve_never_touch() -> None:
    ticks = [Tick(k, f"{k:02d}:00") for k in range(24)]
    hourly = [Curve("mae", range(24), [1.0] * 24)]
    wide, narrow = (texts(curve_chart(hourly, ticks, width=width)) for width in (1080, 330))
    assert sum(":" in label for label in wide) > 12
    assert sum(":" in label for label in narrow) < 8


def test_many_names_break_the_legend_into_rows_and_take_nothing_from_the_picture() -> None:
    names = [f"model number {k}" for k in range(10)]
    few, many = (curve_chart([Curve(name, (0, 1), (k, 2 * k + 1)) for k, name in enumerate(some)], []) for some in (names[:2], names))
    assert set(names) <= set(texts(many))
    heights = [float(ET.fromstring(svg).attrib["height"]) for svg in (few, many)]
    assert heights[1] > heights[0] > 300
    right = [float(node.attrib["x"]) for node in ET.fromstring(many).iter(f"{SVG}text") if node.text in names]
    assert max(right) < 960 - 80


def test_columns_stand_side_by_side_in_each_category_and_hang_when_negative() -> None:
    svg = column_chart([Group("a", [1.0, -1.0], role="m0"), Group("b", [2.0, None])], ["Mon", "Tue"])
    bars = [node for node in ET.fromstring(svg).iter(f"{SVG}rect") if node.attrib["height"] != "10"]
    assert len(bars) == 3
    zero = next(float(node.attrib["y1"]) for node in ET.fromstring(svg).iter(f"{SVG}line") if node.attrib["class"] == "zero")
    places = [(float(bar.attrib["x"]), float(bar.attrib["y"]), float(bar.attrib["height"])) for bar in bars]
    assert places[0][0] < places[1][0] < places[2][0]
    assert places[1][2] == pytest.approx(2 * places[0][2], abs=0.1)
    assert places[2][1] == zero
    assert 'class="series series-m0 column"' in svg


@pytest.mark.parametrize("svg", [curve_chart([Curve("x", (1,), (None,))], []), column_chart([Group("x", [math.nan])], ["Mon"])])
def test_charts_of_numbers_without_values_say_so(svg: str) -> None:
    assert texts(svg) == ["no data yet"]


def test_charts_of_numbers_escape_names_and_bring_no_inline_style() -> None:
    svg = curve_chart([Curve("<b>", (0, 1), (1, 2), role='"x')], [Tick(0, "<i>")]) + column_chart([Group("<b>", [1.0])], ["<i>"])
    assert "<b>" not in svg
    assert "<i>" not in svg
    assert "style" not in svg


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (-500.0, 4000.0), (0.0, 1e-6), (0.08, 0.081)])
def test_ticks_enclose_the_values(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8

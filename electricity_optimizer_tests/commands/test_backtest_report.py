import datetime as dt
import hashlib
import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest
import typer
from lxml import etree, html
from typer.testing import CliRunner

from electricity_optimizer.commands.backtest import backtest_command
from electricity_optimizer.commands.backtest_report import HEADINGS, measure_text

VOID = {"meta", "link", "br", "hr", "img", "input"}
app = typer.Typer()
app.command()(backtest_command)


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def np_file(shared, tmp_path_factory):
    """The last 150 days of the NP benchmark."""
    path = tmp_path_factory.mktemp("report") / "np.parquet"
    pl.read_parquet(shared / "data/epf_NP.parquet").tail(150 * 24).write_parquet(path)
    return path


@pytest.fixture(scope="module")
def made(np_file):
    """A report of two models over 55 days: its text and the measures printed beside it."""
    report, output = np_file.with_name("report.html"), np_file.with_name("forecasts.parquet")
    options = ("--model", "lear_56", "--model", "naive", "--test-start", "2018-10-31", "--jobs", 1, "--json")
    printed = run(np_file, *options, "--report", report, "--output", output)
    return report.read_text(encoding="utf-8"), printed, pl.read_parquet(output)


def table(text, name):
    """Rows of cells of the table with the id `name`, its head first."""
    found = html.fromstring(text).get_element_by_id(name)
    return [[cell.text_content().strip() for cell in row.iter("th", "td")] for row in found.iter("tr")]


def test_the_table_says_the_measures_of_each_model(made):
    text, printed, _ = made
    head, *rows = table(text, "measures")
    assert head[1:] == list(HEADINGS.values())
    assert {row[0]: row[1:] for row in rows} == {
        name: [measure_text(measures[key]) for key in HEADINGS] for name, measures in printed["models"].items()
    }


def test_calibration_is_the_share_of_written_prices_below_each_written_quantile(made):
    text, _, rows = made
    head, *levels = table(text, "calibration")
    assert head == ["Stated %", "lear_56", "naive"]
    assert [line[0] for line in levels] == [str(5 * k) for k in range(1, 20)]
    for line in levels:
        for name, said in zip(head[1:], line[1:], strict=True):
            assert float(said) == pytest.approx(100 * (rows["price"] <= rows[f"{name}_q{int(line[0]):02d}"]).mean(), abs=0.051)


def test_the_ten_worst_days_are_those_of_the_written_forecasts(made):
    text, _, rows = made
    by_day = rows.group_by(pl.col("timestamp").dt.date().alias("day")).agg(mae=(pl.col("lear_56") - pl.col("price")).abs().mean())
    worst = by_day.sort("mae", descending=True).head(10)
    said = table(text, "worst")[1:]
    assert [line[0] for line in said] == [f"{day:%a} {day}" for day in worst["day"]]
    assert [float(line[1]) for line in said] == pytest.approx(worst["mae"].to_list(), abs=5e-4)


def test_the_test_of_chance_stands_for_each_pair(made):
    head, *rows = table(made[0], "chances")
    assert head[1:] == [row[0] for row in rows] == ["naive", "lear_56"]
    assert rows[1][1] == "< 0.001"
    assert rows[0][1] == rows[1][2] == ""


def test_it_says_how_it_was_made(made, np_file):
    text = made[0]
    assert hashlib.sha256(np_file.read_bytes()).hexdigest() in text
    assert "electricity-optimizer backtest np.parquet --test-start 2018-10-31 --test-end 2018-12-24" in text
    assert "--model lear_56 --model naive --recalibrate 7 --seed 0" in text
    assert re.search(r"electricity-optimizer \d+\.\d+", text)


def test_it_stands_alone_and_tells_nothing_of_the_machine(made, np_file):
    text = made[0]
    assert str(np_file.parent) not in text
    assert not re.search(r"[\"'(> ]/(home|root|tmp|work|usr|var|Users)\b", text)
    assert not re.search(r"<script|<link|<img|@import|url\((?!#)|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "prefers-color-scheme: dark" in text


class Balance(HTMLParser):
    """Every tag closes in its turn, and every id comes once."""

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> at {self.getpos()} has an attribute twice"
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> at {self.getpos()} closes nothing"
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def test_it_is_valid_html_and_its_pictures_valid_svg(made):
    text = made[0]
    checked = Balance()
    checked.feed(text)
    checked.close()
    assert not checked.open
    assert len(checked.ids) == len(set(checked.ids))
    parser = etree.HTMLParser(recover=False)
    outside = re.sub(r"<svg.*?</svg>", "", text)  # libxml2 knows HTML 4, whose errors are the ones that count
    for tag in ("main", "header", "section", "figure", "figcaption", "details", "summary"):
        outside = re.sub(rf"<(/?){tag}\b", r"<\1div", outside)
    etree.fromstring(outside, parser)
    pictures = re.findall(r"<svg.*?</svg>", text)
    assert len(pictures) == 14  # seven, each for a wide and a narrow screen
    for picture in pictures:
        assert etree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_hours_are_drawn_with_their_errors(made):
    text, _, rows = made
    by_hour = (
        rows.group_by(pl.col("timestamp").dt.hour().alias("hour"))
        .agg(mae=(pl.col("lear_56") - pl.col("price")).abs().mean())
        .sort("hour")["mae"]
        .to_numpy()
    )
    picture = etree.fromstring(re.search(r"Error by hour of the day</h2>\s*<figure>.*?(<svg.*?</svg>)", text, re.DOTALL)[1])
    line = next(node for node in picture.iter("{*}path") if "series-lead" in node.attrib["class"])
    heights = [float(point.split()[1]) for point in re.findall(r"[ML]([\d.]+ [\d.]+)", line.attrib["d"])]
    zero = next(float(node.attrib["y1"]) for node in picture.iter("{*}line") if node.attrib["class"] == "zero")
    drawn = [(zero - height) / by_hour[k] for k, height in enumerate(heights)]
    assert len(drawn) == 24
    assert drawn == pytest.approx([drawn[0]] * 24, rel=0.01)


def test_models_without_quantiles_have_a_report_too(np_file):
    """Given a test that starts in the second week, then there is no record that a band could come from."""
    report = np_file.with_name("early.html")
    start = dt.date(2018, 7, 28) + dt.timedelta(days=8)
    printed = run(np_file, "--model", "naive", "--test-start", start, "--test-end", start, "--report", report, "--jobs", 1, "--json")
    text = report.read_text(encoding="utf-8")
    assert printed["models"]["naive"]["pinball"] is None
    assert "No model has quantiles" in text
    assert "There is nothing to compare" in text
    assert table(text, "measures")[1][5] == "-"
    assert len(table(text, "worst")) == 2


def test_a_report_by_quarter_hours_says_so(shared, tmp_path):
    frame = pl.read_parquet(shared / "data/de_lu_energycharts_15min_202510_202605.parquet").tail(60 * 96)
    path, report = tmp_path / "de.parquet", tmp_path / "report.html"
    frame.write_parquet(path)
    printed = run(
        path, "--model", "naive", "--test-start", "2026-05-15", "--resolution", "native", "--report", report, "--jobs", 1, "--json"
    )
    text = report.read_text(encoding="utf-8")
    assert "measured by market time unit" in text
    assert "--resolution native" in text
    assert table(text, "measures")[1][1] == measure_text(printed["models"]["naive"]["mae"])

"""The table of the fault matrix: R5's 39 faults, with what is expected of each.

Four of them are two rows, for they are found in different ways: NaN and Inf, a unit off by 10 and by 1000, an interval left out and one
that nobody knows, a wrong zone that the answer names and one that it does not.
"""

from dataclasses import replace as changed

from electricity_optimizer_tests.faults import bodies, faults
from electricity_optimizer_tests.faults.faults import AUTUMN, SPEEDY, SPRING, Expect, Fault, status
from electricity_optimizer_tests.faults.server import Reply
from electricity_optimizer_tests.faults.truth import below_zero_at_noon

UNSOUND = Expect("schema_changed", "")
HOLE = Expect("no_data", "1 days not complete")
FINE = Expect("ok", taken="faulty")
COARSE = Expect("ok", taken="faulty", coarse=True)
UNNAMED = "the format does not say which zone it is about"
ONE_AUCTION = "nobody else tells the index of this exchange, so the deep re-sync has nothing to compare with"

IN_CALLS = (
    Fault("429_seconds", "429, Retry-After in seconds", Expect("rate_limited", "HTTP 429"), spoil=status(429, Retry_After="300")),
    Fault("429_date", "429, Retry-After as HTTP date", Expect("rate_limited", "HTTP 429"), spoil=faults.come_back_at),
    Fault("429_none", "429 without Retry-After", Expect("rate_limited", "HTTP 429"), spoil=status(429)),
    Fault("500", "500", Expect("transient", "HTTP 500: trouble upstream"), spoil=status(500)),
    Fault("502", "502", Expect("transient", "HTTP 502: trouble upstream"), spoil=status(502)),
    Fault("503", "503", Expect("transient", "HTTP 503: trouble upstream"), spoil=status(503)),
    Fault("504", "504", Expect("transient", "HTTP 504: trouble upstream"), spoil=status(504)),
    Fault("refused", "refused", Expect("transient", "refused"), address="refused"),
    Fault("connect_timeout", "connect timeout", Expect("transient", "(?i)timeout"), address="deaf", seconds=SPEEDY),
    Fault("read_timeout", "read timeout", Expect("transient", "(?i)timeout"), spoil=faults.in_parts(silent=True), seconds=SPEEDY),
    Fault("byte_by_byte", "1-byte-per-second body", Expect("transient", "(?i)timeout"), spoil=faults.in_parts(pace=0.1), seconds=SPEEDY),
    Fault("truncated", "truncated body", Expect("transient", "RemoteProtocolError"), spoil=faults.broken_off),
    Fault("empty", "empty 200", Expect("no_data", "empty body"), spoil=lambda *_: Reply(200)),
    Fault("html", "HTML 200", Expect("blocked", "HTML where data was due"), spoil=lambda *_: Reply(200, b"<!DOCTYPE html><p>robot?</p>")),
    Fault("content_type", "wrong content type", FINE, spoil=faults.in_parts(headers={"Content-Type": "text/html"})),
    Fault("invalid", "invalid JSON/XML", UNSOUND, spoil=lambda _, reply: changed(reply, body=reply.body[: len(reply.body) // 3])),
    Fault("100_mb", "100 MB body", Expect("permanent", "exceeds 32000000"), spoil=faults.endless),
    Fault("gzip_bomb", "gzip bomb", Expect("permanent", "exceeds 32000000"), spoil=faults.bomb),
    Fault("redirect_loop", "redirect loop", Expect("permanent", "redirects"), spoil=faults.to_itself),
    Fault("tls", "TLS error", Expect("transient", "CERTIFICATE_VERIFY_FAILED"), address="tls"),
    Fault("dns", "DNS failure", Expect("transient", "(?i)name"), address="nowhere"),
    Fault("401", "401", Expect("auth", "HTTP 401"), spoil=status(401)),
    Fault("403", "403", Expect("blocked", "HTTP 403"), spoil=status(403)),
    Fault("404", "404", Expect("no_data", "HTTP 404"), spoil=status(404)),
)
"""The answer does not come, is no answer, or says that there is none."""

IN_DATA = (
    Fault("nan", "NaN", UNSOUND, lie=faults.marked, spoil=faults.on_mark(b"NaN")),
    Fault("infinity", "Inf", UNSOUND, lie=faults.marked, spoil=faults.on_mark(b"Infinity")),
    Fault("null", "null prices", HOLE, lie=faults.marked, spoil=faults.on_null, but={"entsoe": UNSOUND}),
    Fault("duplicate", "duplicate", UNSOUND, lie=faults.marked, spoil=faults.on_rows(bodies.doubled)),
    Fault(
        "missing",
        "missing (A03 gaps)",
        HOLE,
        lie=faults.marked,
        spoil=faults.on_rows(bodies.left_out),
        but={"omie": UNSOUND},
        unfit={"entsoe": "under A03 a point that is left out is a repeat: see 'hole'"},
    ),
    Fault("hole", "missing (a stretch that nobody knows)", HOLE, lie=lambda price: faults.not_there(faults.marked(price))),
    Fault(
        "unordered",
        "unordered",
        UNSOUND,
        spoil=faults.on_rows(bodies.reordered),
        but={"entsoe": FINE, "elexon": FINE},
    ),
    Fault(
        "wrong_resolution",
        "wrong resolution",
        HOLE,
        lie=faults.hourly,
        spoil=faults.coarser,
        but=dict.fromkeys(("energy-charts", "omie", "esios", "redata", "nordpool"), COARSE) | dict.fromkeys(("entsoe", "awattar"), UNSOUND),
    ),
    Fault(
        "wrong_zone_named",
        "wrong zone (the answer says so)",
        UNSOUND,
        spoil=faults.of_another_zone,
        but={"elexon": HOLE, "nordpool": Expect("no_data", "no prices of NL")},
        unfit=dict.fromkeys(("energy-charts", "smard", "awattar"), UNNAMED),
    ),
    Fault(
        "wrong_zone",
        "wrong zone (plausible prices, nothing says so)",
        Expect("ok", "differ", "faulty", check="sources_agree", alone=True),
        lie=faults.of_a_neighbour,
        unfit={"elexon": ONE_AUCTION},
    ),
    Fault("unit_10", "unit off by 10", Expect("ok", "usual", check="unit"), lie=faults.times(0.1)),
    Fault("unit_1000", "unit off by 1000", Expect("ok", "usual", check="unit"), lie=faults.times(0.001)),
    Fault("yesterday", "yesterday repeated as tomorrow", Expect("ok", "same as", check="not_yesterday"), lie=faults.of_the_day_before),
    Fault("zeros", "all zeros", Expect("ok", "0.00 in every interval", check="not_constant"), lie=lambda _: lambda _start: 0.0),
    Fault(
        "spike",
        "x1000 spike",
        Expect("ok", "differ", "faulty", check="sources_agree", alone=True),
        lie=faults.spiked,
        unfit={"elexon": ONE_AUCTION},
    ),
    Fault("negative", "negative prices (valid!)", FINE, true=below_zero_at_noon),
    Fault("23_hours", "23 h day", FINE, day=SPRING),
    Fault("25_hours", "25 h day", FINE, day=AUTUMN),
    Fault(
        "nothing",
        "ENTSO-E 'Reason 999' (and what the others say in its place)",
        Expect("no_data"),
        lie=lambda _: lambda _start: None,
        but={"entsoe": Expect("no_data", "999 No matching data found")},
    ),
)
"""A well-formed answer that is wrong, or looks wrong and is true."""

FAULTS = IN_CALLS + IN_DATA

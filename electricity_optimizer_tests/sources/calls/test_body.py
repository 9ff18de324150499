"""Given bodies as they come over the wire: compressed, broken, cut off, or made to fill the memory."""

import gzip
import math
import time
import tracemalloc
import zlib

import httpx
import pytest

from electricity_optimizer.sources.calls.body import MAX_BYTES, TooLargeError, received

TEXT = b'{"price": [1.0, 2.0]}' * 100
GZIPPED = gzip.compress(TEXT)


def response(parts, encoding="", **headers):
    """A response whose bytes come in `parts`, as from a connection."""

    class Stream(httpx.SyncByteStream):
        def __iter__(self):
            yield from parts

    return httpx.Response(200, headers={"content-encoding": encoding, **headers}, stream=Stream())


def deflated(body, window):
    compress = zlib.compressobj(wbits=window)
    return compress.compress(body) + compress.flush()


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", GZIPPED),
        ("x-gzip", GZIPPED),
        ("GZIP", GZIPPED),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", deflated(TEXT, -15)),  # without the header of zlib, as some servers send it
    ],
    ids=["as sent", "identity", "gzip", "x-gzip", "in capitals", "deflate", "deflate without header"],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_decoded_however_it_is_cut(encoding, sent, size):
    parts = [sent[k : k + size] for k in range(0, len(sent), size)]
    assert received(response(parts, encoding), math.inf) == TEXT


def test_no_body_is_empty():
    assert received(response([]), math.inf) == b""
    assert received(response([], "gzip"), math.inf) == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "rot13"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding):
    with pytest.raises(httpx.DecodingError, match="was not asked for"):
        received(response([TEXT], encoding), math.inf)


@pytest.mark.parametrize("sent", [b"not gzip at all", GZIPPED[:-8] + bytes(8)], ids=["no gzip", "wrong check sum"])
def test_a_body_that_is_not_compressed_as_said_is_refused(sent):
    with pytest.raises(httpx.DecodingError):
        received(response([sent], "gzip"), math.inf)


def test_a_compressed_body_that_is_cut_off_is_noticed():
    with pytest.raises(httpx.RemoteProtocolError, match="ends too early"):
        received(response([GZIPPED[:-20]], "gzip"), math.inf)


def test_a_gzip_bomb_of_ten_gigabytes_is_refused_within_bounds_of_memory():
    compress = zlib.compressobj(9, wbits=31)
    block = bytes(10_000_000)
    bomb = b"".join(compress.compress(block) for _ in range(20)) + compress.flush()  # 200 MB, and again from the start
    assert len(bomb) < 250_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match=f"exceeds {MAX_BYTES}"):
            received(response([bomb] * 50, "gzip"), math.inf)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()


def test_a_body_announced_too_large_is_not_even_begun():
    class Untouched(httpx.SyncByteStream):
        def __iter__(self):
            raise AssertionError("begun")

    huge = httpx.Response(200, headers={"content-length": "100000000"}, stream=Untouched())
    with pytest.raises(TooLargeError, match="body of 100000000 bytes"):
        received(huge, math.inf)


def test_a_hundred_megabytes_that_were_not_announced_are_cut_at_the_bound():
    taken = 0

    def parts():
        nonlocal taken
        for _ in range(100):
            taken += 1_000_000
            yield bytes(1_000_000)

    with pytest.raises(TooLargeError):
        received(response(parts()), math.inf)
    assert taken == MAX_BYTES + 1_000_000


def test_a_stream_that_expands_to_nothing_for_ever_is_cut():
    empty_block = b"\x00\x00\x00\xff\xff"  # a stored block of no bytes: deflate that never ends and never says anything
    with pytest.raises(TooLargeError):
        received(response((empty_block * 200_000 for _ in range(100)), "deflate"), math.inf)


def test_a_body_that_is_late_ends():
    with pytest.raises(TimeoutError, match="took too long"):
        received(response([b"1", b"2"]), time.monotonic() - 1)

"""Receiving a body: bounded in size as sent and as decompressed, and in time.

The decompression is our own because a decoder that hands out what a 64 kB piece expands to has filled the memory before anybody counts.
"""

import time
import zlib
from collections.abc import Iterable
from typing import Protocol, cast

import httpx

MAX_BYTES = 32_000_000
"""Of a body: a year of quarter hours is about 1 MB, so more than this is no answer of ours."""
ENCODINGS = "gzip, deflate"
"""What we ask for and can decode within bounds."""


class TooLargeError(Exception):
    """The body is longer than any answer of ours."""


class _Decoder(Protocol):
    def feed(self, part: bytes, most: int) -> bytes:
        """At most `most` decoded bytes of the next part."""

    def finish(self) -> None:
        """Raises RemoteProtocolError when the body ended too early."""


def received(response: httpx.Response, deadline: float) -> bytes:
    """The decoded body, whole by `deadline` (monotonic seconds).

    Raises TooLargeError, TimeoutError, DecodingError for an encoding that was not asked for or is broken, RemoteProtocolError for a
    body that ends too early.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BYTES:
        raise TooLargeError(f"body of {announced} bytes exceeds {MAX_BYTES}")
    decoder = _decoder(response.headers.get("content-encoding", ""))
    parts, sent, size = [], 0, 0
    for raw in cast("Iterable[bytes]", response.stream):
        sent += len(raw)
        part = decoder.feed(raw, MAX_BYTES + 1 - size)
        size += len(part)
        if max(sent, size) > MAX_BYTES:
            raise TooLargeError(f"body exceeds {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("body took too long")
        parts.append(part)
    decoder.finish()
    return b"".join(parts)


def _decoder(encoding: str) -> _Decoder:
    match encoding.strip().lower():
        case "" | "identity":
            return _AsSent()
        case "gzip" | "x-gzip":
            return _Inflated(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Inflated(zlib.MAX_WBITS)
        case other:
            raise httpx.DecodingError(f"content-encoding '{other[:40]}' was not asked for")


class _AsSent:
    """A body that is not compressed."""

    def feed(self, part: bytes, _most: int) -> bytes:
        return part

    def finish(self) -> None:
        """Its length is the transport's business."""


class _Inflated:
    """A gzip or deflate body."""

    def __init__(self, window: int) -> None:
        self._inflate = zlib.decompressobj(window)
        self._sent = False
        self._undecoded = b""
        self._may_lack_header = window == zlib.MAX_WBITS

    def feed(self, part: bytes, most: int) -> bytes:
        self._sent |= bool(part)
        self._undecoded += part if self._may_lack_header else b""
        try:
            decoded = self._inflate.decompress(part, most)
        except zlib.error as error:
            if not self._may_lack_header:
                raise httpx.DecodingError(str(error)) from error
            return self._without_header(most)
        self._may_lack_header &= not decoded
        return decoded

    def _without_header(self, most: int) -> bytes:
        """Some servers send deflate without the header of zlib: read from the start, as long as nothing was handed on."""
        self._may_lack_header = False
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        return self.feed(self._undecoded, most)

    def finish(self) -> None:
        if self._sent and not self._inflate.eof:
            raise httpx.RemoteProtocolError("compressed body ends too early")

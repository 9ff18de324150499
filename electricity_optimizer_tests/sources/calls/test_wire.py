"""Given servers that are slow on purpose: every use of the wire ends in time, and leaves no thread and no socket behind."""

import logging
import socket
import threading
import time

import pytest
import respx

from electricity_optimizer.sources.calls import wire
from electricity_optimizer.sources.calls.wire import Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


def answer(connection, _head):
    connection.sendall(OK)


def silent(server):
    def behave(_connection, _head):
        server[0].over.wait(30)

    return behave


def drip(server, *, head=b""):
    """Sends `head`, then a byte every fiftieth of a second without end."""

    def behave(connection, _head):
        connection.sendall(head)
        while not server[0].over.wait(0.02):
            connection.sendall(b"x")

    return behave


def get(url, seconds=20.0):
    def use(client, trace):
        request = client.build_request("GET", url, extensions={"trace": trace, "timeout": {"read": seconds, "connect": seconds}})
        response = client.send(request, stream=True)
        try:
            return b"".join(response.stream)
        finally:
            response.close()

    return use


def new_threads(before):
    return [one for one in threading.enumerate() if one not in before and one.name.endswith("(_run)")]


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_an_answer_comes_through_and_the_connection_is_kept(serve):
    def twice(connection, head):
        answer(connection, head)
        connection.recv(65_536)
        answer(connection, head)

    server, line = serve(twice), Wire()
    assert [line.within(5, get(server.url)) for _ in range(2)] == [b"[]", b"[]"]
    assert len(server.requests) == 1  # the second one came over the same connection
    line.close()


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        drip,
        lambda server: drip(server, head=b"HTTP/1.1 200 OK\r\nContent-Type: "),
        lambda server: drip(server, head=OK[:-6] + b"\r\n"),
    ],
    ids=["no answer", "no HTTP", "headers byte by byte", "headers without end"],
)
def test_a_server_that_takes_for_ever_is_left_behind_in_time_with_its_thread_and_its_socket(serve, behave):
    server: list = []
    server.append(serve(behave(server)))
    line, before = Wire(), threading.enumerate()
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="no whole answer within 0 s"):
        line.within(0.3, get(server[0].url))
    assert time.monotonic() - began < 1
    assert wait_until(lambda: not new_threads(before))
    line.close()


def test_a_body_byte_by_byte_is_left_behind_in_time(serve):
    server: list = []
    server.append(serve(drip(server, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")))
    line, before = Wire(), threading.enumerate()
    with pytest.raises(TimeoutError):
        line.within(0.3, get(server[0].url))
    assert wait_until(lambda: not new_threads(before))


def test_after_one_was_left_behind_the_next_is_answered(serve):
    server: list = []
    server.append(serve(drip(server)))
    line = Wire()
    with pytest.raises(TimeoutError):
        line.within(0.2, get(server[0].url))
    assert line.within(5, get(serve(answer).url)) == b"[]"
    line.close()


def test_a_name_server_that_never_answers_is_given_up_in_time_and_then_nothing_is_sent(serve, monkeypatch):
    server, asked, go_on = serve(answer), threading.Event(), threading.Event()
    real = socket.getaddrinfo

    def slow(*args, **kwargs):
        asked.set()
        go_on.wait(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    line, before = Wire(), threading.enumerate()
    with pytest.raises(TimeoutError):
        line.within(0.2, get(server.url))
    assert asked.is_set()
    go_on.set()
    assert wait_until(lambda: not new_threads(before))
    assert server.requests == []


def test_what_the_use_raises_is_raised_here_also_a_timeout_of_its_own():
    def use(_client, _trace):
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        Wire().within(5, use)


@respx.mock
def test_addresses_are_not_logged_for_they_hold_keys(caplog):
    respx.get("https://upstream.test/price").respond(200)
    with caplog.at_level(logging.INFO):
        Wire().within(5, get("https://upstream.test/price?securityToken=secret"))
    assert "secret" not in caplog.text


def test_a_client_is_made_at_the_first_use_and_certificates_are_read_once_a_process(serve):
    server = serve(answer)
    wire._trusted.cache_clear()
    Wire().close()
    assert wire._trusted.cache_info().misses == 0
    for _ in range(2):
        line = Wire()
        line.within(5, get(server.url))
        line.close()
    assert (wire._trusted.cache_info().misses, wire._trusted.cache_info().hits) == (1, 1)

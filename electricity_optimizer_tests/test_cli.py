"""The console script: its commands are there, and wrong usage is one line with status 2."""

import importlib
import sys

import pytest

from electricity_optimizer import cli


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["electricity-optimizer", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_exists_and_has_an_example(name: str) -> None:
    module, function = cli.COMMANDS[name]
    command = getattr(importlib.import_module(f"electricity_optimizer.commands.{module}"), function)
    assert "Example" in (command.__doc__ or "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch"], "No such command 'nosuch'"),
        (["prices", "--foo"], "No such option: --foo"),
        (["prices", "ATLANTIS"], "zone 'ATLANTIS' is not known"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(monkeypatch, *words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.strip().splitlines()) == 1


def test_help_lists_the_commands_and_ends_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in cli.COMMANDS)

"""Fixtures of the optimiser's tests: the shared referee, and files as JSON."""

import importlib.util
import json

import pytest


@pytest.fixture(scope="session")
def read_json():
    return lambda path: json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def referee(shared):
    """`check(problem, answer) -> (cost, broken limits)` of the shared checker, which knows no solver of ours."""
    spec = importlib.util.spec_from_file_location("check_schedule", shared / "cases" / "check_schedule.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check

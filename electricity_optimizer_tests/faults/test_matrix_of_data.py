"""R5, faults in data, at every upstream: nothing wrong is published, it is said why, in little time and few calls, another one helps."""

import pytest

from electricity_optimizer_tests.faults.cell import set_up
from electricity_optimizer_tests.faults.expectations import expect_cell
from electricity_optimizer_tests.faults.table import IN_DATA
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
CELLS = [(fault, upstream) for fault in IN_DATA for upstream in UPSTREAMS if upstream.source not in fault.unfit]


@pytest.mark.parametrize(("fault", "upstream"), CELLS, ids=[f"{fault.name}-{upstream.source}" for fault, upstream in CELLS])
def test_cell(fault, upstream, server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        expect_cell(cell)

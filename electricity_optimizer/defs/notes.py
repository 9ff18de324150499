"""Small values from op to op through Dagster's own event log.

Dagster's default writes pickles into a folder that workers on other machines would have to share and somebody would have to clear. The
event log is shared by every process of a run already. For what fits in a few kilobytes of JSON; results belong in the warehouse.
"""

from typing import Any

import dagster as dg
from dagster import DagsterEventType

NOTES = "notes"
"""Name of the resource."""

OUTPUT, VALUE = "output", "value"


class Notes(dg.IOManager):
    """Keeps the value of an output as JSON metadata of its event."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Note `obj`, which is JSON."""
        context.add_output_metadata({OUTPUT: _name(context), VALUE: dg.MetadataValue.json(obj)})

    def load_input(self, context: dg.InputContext) -> Any:
        """The value that the output upstream noted, in this run or in the one that this run takes up again."""
        upstream = context.upstream_output
        if upstream is None:
            raise dg.DagsterInvariantViolationError("a note is the output of another op")
        for entry in context.instance.all_logs(upstream.run_id, of_type=DagsterEventType.HANDLED_OUTPUT):
            noted: Any = entry.get_dagster_event().event_specific_data
            if OUTPUT in noted.metadata and noted.metadata[OUTPUT].value == _name(upstream):
                return noted.metadata[VALUE].value
        raise dg.DagsterInvariantViolationError(f"run {upstream.run_id} has no note of {_name(upstream)}")


def _name(output: dg.OutputContext) -> str:
    """The event itself does not tell which of a step's dynamic outputs it is about."""
    return f"{output.step_key}.{output.name}" + (f"[{output.mapping_key}]" if output.mapping_key else "")

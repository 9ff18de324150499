"""Training of the network: pinball loss of all quantiles, all members in one batch, one thread, the same numbers every time.

Recent days count more; inputs and code are dropped at random. No validation weeks are held back for early stopping: the rate of learning
falls to nothing over a number of epochs fixed on the validation years, so that the last weeks, which tell most, are learnt from.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.models.network_inputs import Rows
from electricity_optimizer.forecasting.models.network_layers import LEVELS, forward

BATCH = 64  # days
DROPPED_INPUTS = 0.1
DROPPED_CODE = 0.3
HALF_LIFE_DAYS = 500.0  # a day that old counts half
WEIGHT_DECAY = 0.01
_WARM_UP = 0.15  # share of the steps in which the rate of learning rises


@dataclasses.dataclass(frozen=True)
class Lesson:
    """What is learnt: `rows` with their scaled price `target` (views, rows, 24) and `age` in days; `view` says which each member has."""

    rows: Rows
    target: Array
    age: Array
    view: Sequence[int]


def train(weights: Mapping[str, Any], lesson: Lesson, epochs: int, rate: float, seed: int) -> dict[str, Any]:
    """`weights` after `epochs` over `lesson` with learning rate at most `rate`."""
    import torch  # 2 s  # noqa: PLC0415 - only who trains needs it

    with _one_thread(torch):
        draw = torch.Generator().manual_seed(seed)
        learnt = {name: torch.tensor(values, requires_grad=True) for name, values in weights.items()}
        optimiser = torch.optim.AdamW(learnt.values(), lr=rate, betas=(0.9, 0.99), weight_decay=WEIGHT_DECAY, fused=True)
        steps = epochs * _steps(lesson)
        pace = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, rate, total_steps=steps + 1, pct_start=_WARM_UP, cycle_momentum=False, div_factor=10, final_div_factor=100
        )
        for batch in _batches(torch, lesson, epochs, draw):
            optimiser.zero_grad(set_to_none=True)
            _loss(torch, learnt, batch, draw).backward()
            optimiser.step()
            pace.step()
        return {name: values.detach().numpy() for name, values in learnt.items()}


def _steps(lesson: Lesson) -> int:
    return max(1, len(lesson.age) // BATCH)


def _batches(torch: Any, lesson: Lesson, epochs: int, draw: Any) -> Iterator[tuple[Any, ...]]:
    """Rows, targets and their importance, each (members, batch, ...): every member goes through the days in its own order."""
    importance = 0.5 ** (lesson.age / HALF_LIFE_DAYS)
    parts = (lesson.rows.day, lesson.rows.local, lesson.target)
    tensors, weight = [torch.tensor(part, dtype=torch.float32) for part in parts], torch.tensor(importance / importance.mean()).float()
    view = torch.tensor(lesson.view)[:, None]
    for _ in range(epochs):
        order = torch.stack([torch.randperm(len(lesson.age), generator=draw) for _ in lesson.view])
        for step in range(_steps(lesson)):
            chosen = order[:, step :: _steps(lesson)]
            yield *(part[view, chosen] for part in tensors), weight[chosen]


def _loss(torch: Any, weights: Mapping[str, Any], batch: tuple[Any, ...], draw: Any) -> Any:
    """Mean pinball loss of a member, summed over members, so that each learns as if it were alone."""
    day, local, target, importance = batch
    seen = day * _kept(torch, day.shape, DROPPED_INPUTS, draw)
    code = (*day.shape[:2], weights["day"].shape[2])
    quantiles = forward(torch, weights, seen, local, _kept(torch, code, DROPPED_CODE, draw))
    error, levels = target[..., None] - quantiles, torch.tensor(LEVELS)
    pinball = torch.maximum(levels * error, (levels - 1) * error).mean((2, 3))
    return (pinball * importance).mean(1).sum()


def _kept(torch: Any, shape: tuple[int, ...], dropped: float, draw: Any) -> Any:
    return (torch.rand(*shape, generator=draw) >= dropped) / (1 - dropped)


@contextmanager
def _one_thread(torch: Any) -> Iterator[None]:
    """More threads would add in another order, and take the cores of the other members."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

"""The optimizer: what a solve proved, what a settled plan came to beside its references, and advice on suppliers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema to this revision."""
    for table, columns in _columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
    op.create_table(
        "switch_advice",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("recommended", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("cost_unoptimised", sa.Float(), nullable=False),
        sa.Column("cost_p10", sa.Float(), nullable=True),
        sa.Column("cost_p90", sa.Float(), nullable=True),
        sa.Column("first_year_cost", sa.Float(), nullable=False),
        sa.Column("switch_on", sa.Date(), nullable=True),
        sa.Column("break_even_on", sa.Date(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_switch_advice_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "offer", name=op.f("pk_switch_advice")),
    )


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "schedule": [*_floats("gap", "bound", "solve_seconds"), sa.Column("previous_plan_id", sa.String(), nullable=True)],
        "settlement": [*_floats("naive_cost"), *_outcome()],
        "savings": [
            *_floats("naive_cost"),
            *_outcome(),
            sa.Column("baseline", sa.String(), nullable=True),
        ],
    }


def _outcome() -> list[sa.Column[Any]]:
    regrets = ("regret_price", "regret_energy", "regret_rounding")
    return _floats(*regrets, "import_kwh", "export_kwh", "self_consumption", "self_sufficiency", "co2_kg", "baseline_co2_kg")


def _floats(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Float(), nullable=True) for name in names]


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("switch_advice")
    for table, columns in _columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)

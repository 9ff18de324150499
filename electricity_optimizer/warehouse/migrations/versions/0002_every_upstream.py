"""Every upstream: records of carbon, statistics, tariff terms and exchange rates; the state of sources; what a payload was asked for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from electricity_optimizer.warehouse.types import Instant

revision = "0002"
down_revision = "0001"

RECORDS = ("price_record", "weather_record", "grid_forecast_record")


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name in RECORDS:
        op.add_column(name, sa.Column("run_id", sa.String(), nullable=True))
        op.drop_index(f"ix_{name}_area_date", table_name=name)
        op.create_index(f"ix_{name}_area_date_series", name, ["area", "delivery_date", "series_id"], unique=False)
    for column in _price_record_columns():
        op.add_column("price_record", column)
    for column in _price_columns():
        op.add_column("price", column)
    op.execute("update price set redistributable = true where synthetic or licence like 'CC BY 4.0%'")
    _extend_payload()
    for name, columns in _new_records().items():
        _create_record(name, *columns)
    op.create_table(
        "source_state",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("last_ok_at", Instant(), nullable=True),
        sa.Column("last_failure_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )


def _price_record_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("source_area", sa.String(), nullable=True),
        sa.Column("market", sa.String(), nullable=False, server_default="day_ahead"),
        sa.Column("auction", sa.String(), nullable=False, server_default="SDAC"),
        sa.Column("direction", sa.String(), nullable=False, server_default="import"),
        sa.Column("vat", sa.String(), nullable=False, server_default="excluded"),
        sa.Column("vat_rate", sa.Float(), nullable=True),
        sa.Column("components", sa.String(), nullable=False, server_default="energy"),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("attribution", sa.String(), nullable=True),
    ]


def _price_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("fx_rate", sa.Float(), nullable=True),
        sa.Column("fx_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False, server_default="final"),
        sa.Column("redistributable", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


def _extend_payload() -> None:
    for column in (
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("etag", sa.String(), nullable=False, server_default=""),
        sa.Column("last_modified", sa.String(), nullable=False, server_default=""),
        sa.Column("kind", sa.String(), nullable=False, server_default=""),
        sa.Column("about", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("parser_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("recorded", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("payload", column)
    op.execute("update payload set seen_at = fetched_at")
    with op.batch_alter_table("payload", schema=None) as batch_op:
        batch_op.alter_column("seen_at", existing_type=Instant(), nullable=False)
        batch_op.create_index("ix_payload_request", ["source", "request", "seen_at"], unique=False)


def _new_records() -> dict[str, list[sa.Column[Any]]]:
    return {
        "carbon_record": [
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("signal", sa.String(), nullable=False),
            sa.Column("carbon_g_kwh", sa.Float(), nullable=True),
            sa.Column("estimated", sa.Boolean(), nullable=False),
        ],
        "statistic_record": [
            sa.Column("indicator", sa.String(), nullable=False),
            sa.Column("value", sa.Float(), nullable=True),
            sa.Column("unit", sa.String(), nullable=False),
            sa.Column("currency", sa.String(), nullable=True),
            sa.Column("status", sa.String(), nullable=False),
        ],
        "tariff_term_record": [
            sa.Column("term", sa.String(), nullable=False),
            sa.Column("period", sa.Integer(), nullable=False),
            sa.Column("tier", sa.Integer(), nullable=False),
            sa.Column("tier_max", sa.Float(), nullable=True),
            sa.Column("tier_unit", sa.String(), nullable=True),
            sa.Column("price", sa.Float(), nullable=True),
            sa.Column("unit", sa.String(), nullable=False),
            sa.Column("currency", sa.String(), nullable=False),
        ],
        "exchange_rate_record": [sa.Column("rate", sa.Float(), nullable=False)],
    }


def _create_record(name: str, *values: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("start_utc", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("end_utc", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        *values,
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("redistributable", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("payload_sha256", sa.String(), nullable=True),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "start_utc", "revision", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(f"ix_{name}_area_date_series", ["area", "delivery_date", "series_id"], unique=False)


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("source_state")
    for name in _new_records():
        op.drop_table(name)
    with op.batch_alter_table("payload", schema=None) as batch_op:
        batch_op.drop_index("ix_payload_request")
        for added in ("seen_at", "etag", "last_modified", "kind", "about", "parser_version", "recorded"):
            batch_op.drop_column(added)
    for name, columns in {"price": _price_columns(), "price_record": _price_record_columns()}.items():
        with op.batch_alter_table(name, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
    for name in RECORDS:
        op.drop_index(f"ix_{name}_area_date_series", table_name=name)
        op.create_index(f"ix_{name}_area_date", name, ["area", "delivery_date"], unique=False)
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_column("run_id")

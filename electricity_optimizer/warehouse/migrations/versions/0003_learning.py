"""Learning: accuracy by horizon and hour, observations by horizon, roles of models, fuels, bands and models of sites, files of indexes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from electricity_optimizer.warehouse.types import Instant

revision = "0003"
down_revision = "0002"

KEYS_BEFORE = {
    "accuracy": ["version_id", "model", "window_days"],
    "observation": ["version_id", "start", "model"],
    "model_card": ["version_id", "model"],
}
KEYS = {
    "accuracy": ["version_id", "model", "window_days", "horizon_days", "hour"],
    "observation": ["version_id", "start", "model", "horizon_days"],
    "model_card": ["version_id", "model", "role"],
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, columns in _columns().items():
        with op.batch_alter_table(name, schema=None, recreate="always" if name in KEYS else "auto") as batch_op:
            for column in columns:
                batch_op.add_column(column)
            if name in KEYS:
                batch_op.drop_constraint(f"pk_{name}", type_="primary")
                batch_op.create_primary_key(f"pk_{name}", KEYS[name])
    op.create_table(
        "similar_day_file",
        *_owned("similar_day_file", "zone"),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_similar_day_file")),
    )
    op.create_table(
        "site_model",
        *_owned("site_model", "site"),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("trained_from", sa.Date(), nullable=False),
        sa.Column("trained_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "model", name=op.f("pk_site_model")),
    )
    _create_fuel_record()


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "accuracy": [
            sa.Column("horizon_days", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("hour", sa.Integer(), nullable=False, server_default="-1"),
            sa.Column("mape", sa.Float(), nullable=True),
            sa.Column("dm_p_value", sa.Float(), nullable=True),
        ],
        "observation": [],
        "model_card": [sa.Column("role", sa.String(), nullable=False, server_default="champion")],
        "features": [sa.Column(name, sa.Float(), nullable=True) for name in ("neighbour_price_eur_mwh", "gas_eur_mwh", "carbon_eur_t")],
        "site_forecast": [
            *(sa.Column(f"{name}_kw", sa.Float(), nullable=True) for name in ("load_q10", "load_q90", "pv_q10", "pv_q90")),
            sa.Column("method", sa.String(), nullable=False, server_default="profile"),
        ],
    }


def _owned(table: str, whose: str) -> list[Any]:
    return [
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(whose, sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f(f"fk_{table}_version_id_asset_version")),
    ]


def _create_fuel_record() -> None:
    op.create_table(
        "fuel_record",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("start_utc", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("end_utc", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        sa.Column("fuel", sa.String(), nullable=False),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("redistributable", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("payload_sha256", sa.String(), nullable=True),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "start_utc", "revision", name=op.f("pk_fuel_record")),
    )
    with op.batch_alter_table("fuel_record", schema=None) as batch_op:
        batch_op.create_index("ix_fuel_record_area_date_series", ["area", "delivery_date", "series_id"], unique=False)


def downgrade() -> None:
    """Go back to the revision before; rows that its keys cannot tell apart are dropped."""
    op.execute("delete from accuracy where horizon_days <> 1 or hour <> -1")
    op.execute("delete from observation where horizon_days <> 1")
    op.execute("delete from model_card where role <> 'champion'")
    for table in ("fuel_record", "site_model", "similar_day_file"):
        op.drop_table(table)
    for name, columns in _columns().items():
        with op.batch_alter_table(name, schema=None, recreate="always" if name in KEYS else "auto") as batch_op:
            if name in KEYS:
                batch_op.drop_constraint(f"pk_{name}", type_="primary")
                batch_op.create_primary_key(f"pk_{name}", KEYS_BEFORE[name])
            for column in columns:
                batch_op.drop_column(column.name)

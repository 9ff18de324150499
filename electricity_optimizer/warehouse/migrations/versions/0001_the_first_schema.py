"""The first schema."""

import sqlalchemy as sa
from alembic import op

from electricity_optimizer.warehouse.types import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "asset_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("partition", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("committed_at", Instant(), nullable=False),
        sa.Column("superseded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_version")),
        sa.UniqueConstraint("asset", "scope", "partition", "version", name=op.f("uq_asset_version_asset_scope_partition_version")),
    )
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.create_index("ix_asset_version_current", ["asset", "scope", "superseded_at", "partition"], unique=False)

    op.create_table(
        "grid_forecast_record",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("start_utc", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("end_utc", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("load_mw", sa.Float(), nullable=True),
        sa.Column("wind_mw", sa.Float(), nullable=True),
        sa.Column("solar_mw", sa.Float(), nullable=True),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("redistributable", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("payload_sha256", sa.String(), nullable=True),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "start_utc", "revision", name=op.f("pk_grid_forecast_record")),
    )
    with op.batch_alter_table("grid_forecast_record", schema=None) as batch_op:
        batch_op.create_index("ix_grid_forecast_record_area_date", ["area", "delivery_date"], unique=False)

    op.create_table(
        "payload",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "source", "request", name=op.f("pk_payload")),
    )
    op.create_table(
        "price_record",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("start_utc", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("end_utc", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        sa.Column("resolution_s", sa.Integer(), nullable=False),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("price_raw", sa.String(), nullable=True),
        sa.Column("unit_raw", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("derivation", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("redistributable", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("payload_sha256", sa.String(), nullable=True),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "start_utc", "revision", name=op.f("pk_price_record")),
    )
    with op.batch_alter_table("price_record", schema=None) as batch_op:
        batch_op.create_index("ix_price_record_area_date", ["area", "delivery_date"], unique=False)

    op.create_table(
        "weather_record",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("start_utc", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("end_utc", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("wind_speed_ms", sa.Float(), nullable=True),
        sa.Column("radiation_w_m2", sa.Float(), nullable=True),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("redistributable", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("payload_sha256", sa.String(), nullable=True),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "start_utc", "revision", name=op.f("pk_weather_record")),
    )
    with op.batch_alter_table("weather_record", schema=None) as batch_op:
        batch_op.create_index("ix_weather_record_area_date", ["area", "delivery_date"], unique=False)

    op.create_table(
        "accuracy",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("mae", sa.Float(), nullable=False),
        sa.Column("rmae", sa.Float(), nullable=True),
        sa.Column("rmse", sa.Float(), nullable=False),
        sa.Column("smape", sa.Float(), nullable=False),
        sa.Column("pinball", sa.Float(), nullable=True),
        sa.Column("coverage_50", sa.Float(), nullable=True),
        sa.Column("coverage_80", sa.Float(), nullable=True),
        sa.Column("coverage_90", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_accuracy_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "model", "window_days", name=op.f("pk_accuracy")),
    )
    op.create_table(
        "bias",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("bias_eur_mwh", sa.Float(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_bias_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "model", "hour", name=op.f("pk_bias")),
    )
    op.create_table(
        "ensemble_weight",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_ensemble_weight_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "model", name=op.f("pk_ensemble_weight")),
    )
    op.create_table(
        "features",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("price_eur_mwh", sa.Float(), nullable=True),
        sa.Column("load_forecast_mw", sa.Float(), nullable=True),
        sa.Column("wind_forecast_mw", sa.Float(), nullable=True),
        sa.Column("solar_forecast_mw", sa.Float(), nullable=True),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("wind_speed_ms", sa.Float(), nullable=True),
        sa.Column("radiation_w_m2", sa.Float(), nullable=True),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_features_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", name=op.f("pk_features")),
    )
    op.create_table(
        "forecast",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("value_eur_mwh", sa.Float(), nullable=False),
        sa.Column("q05", sa.Float(), nullable=True),
        sa.Column("q10", sa.Float(), nullable=True),
        sa.Column("q15", sa.Float(), nullable=True),
        sa.Column("q20", sa.Float(), nullable=True),
        sa.Column("q25", sa.Float(), nullable=True),
        sa.Column("q30", sa.Float(), nullable=True),
        sa.Column("q35", sa.Float(), nullable=True),
        sa.Column("q40", sa.Float(), nullable=True),
        sa.Column("q45", sa.Float(), nullable=True),
        sa.Column("q50", sa.Float(), nullable=True),
        sa.Column("q55", sa.Float(), nullable=True),
        sa.Column("q60", sa.Float(), nullable=True),
        sa.Column("q65", sa.Float(), nullable=True),
        sa.Column("q70", sa.Float(), nullable=True),
        sa.Column("q75", sa.Float(), nullable=True),
        sa.Column("q80", sa.Float(), nullable=True),
        sa.Column("q85", sa.Float(), nullable=True),
        sa.Column("q90", sa.Float(), nullable=True),
        sa.Column("q95", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_forecast_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", "model", name=op.f("pk_forecast")),
    )
    op.create_table(
        "learning_journal",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_learning_journal_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_learning_journal")),
    )
    op.create_table(
        "meter_reading",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("load_kw", sa.Float(), nullable=False),
        sa.Column("pv_kw", sa.Float(), nullable=False),
        sa.Column("outdoor_temperature_c", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_meter_reading_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", name=op.f("pk_meter_reading")),
    )
    op.create_table(
        "model_card",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("trained_from", sa.Date(), nullable=False),
        sa.Column("trained_until", sa.Date(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_model_card_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "model", name=op.f("pk_model_card")),
    )
    op.create_table(
        "observation",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("value_eur_mwh", sa.Float(), nullable=False),
        sa.Column("actual_eur_mwh", sa.Float(), nullable=False),
        sa.Column("pinball", sa.Float(), nullable=True),
        sa.Column("in_50", sa.Boolean(), nullable=True),
        sa.Column("in_80", sa.Boolean(), nullable=True),
        sa.Column("in_90", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_observation_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", "model", name=op.f("pk_observation")),
    )
    op.create_table(
        "price",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("price_eur_mwh", sa.Float(), nullable=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("derivation", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_price_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", name=op.f("pk_price")),
    )
    op.create_table(
        "quality_report",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("expectation", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("observed", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_quality_report_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "expectation", name=op.f("pk_quality_report")),
    )
    op.create_table(
        "savings",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("settled_cost", sa.Float(), nullable=False),
        sa.Column("baseline_cost", sa.Float(), nullable=False),
        sa.Column("foresight_cost", sa.Float(), nullable=False),
        sa.Column("savings_percent", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_savings_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_savings")),
    )
    op.create_table(
        "schedule",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("baseline_cost", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_schedule_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_schedule")),
    )
    op.create_table(
        "settlement",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("settled_cost", sa.Float(), nullable=False),
        sa.Column("baseline_cost", sa.Float(), nullable=False),
        sa.Column("foresight_cost", sa.Float(), nullable=False),
        sa.Column("end_state", sa.JSON(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_settlement_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_settlement")),
    )
    op.create_table(
        "similar_day",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("similar_day", sa.Date(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_similar_day_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "rank", name=op.f("pk_similar_day")),
    )
    op.create_table(
        "site_forecast",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("load_kw", sa.Float(), nullable=False),
        sa.Column("pv_kw", sa.Float(), nullable=False),
        sa.Column("outdoor_temperature_c", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_site_forecast_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", name=op.f("pk_site_forecast")),
    )
    op.create_table(
        "weather",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("wind_speed_ms", sa.Float(), nullable=True),
        sa.Column("radiation_w_m2", sa.Float(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["asset_version.id"], name=op.f("fk_weather_version_id_asset_version")),
        sa.PrimaryKeyConstraint("version_id", "start", name=op.f("pk_weather")),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("weather")
    op.drop_table("site_forecast")
    op.drop_table("similar_day")
    op.drop_table("settlement")
    op.drop_table("schedule")
    op.drop_table("savings")
    op.drop_table("quality_report")
    op.drop_table("price")
    op.drop_table("observation")
    op.drop_table("model_card")
    op.drop_table("meter_reading")
    op.drop_table("learning_journal")
    op.drop_table("forecast")
    op.drop_table("features")
    op.drop_table("ensemble_weight")
    op.drop_table("bias")
    op.drop_table("accuracy")
    with op.batch_alter_table("weather_record", schema=None) as batch_op:
        batch_op.drop_index("ix_weather_record_area_date")

    op.drop_table("weather_record")
    with op.batch_alter_table("price_record", schema=None) as batch_op:
        batch_op.drop_index("ix_price_record_area_date")

    op.drop_table("price_record")
    op.drop_table("payload")
    with op.batch_alter_table("grid_forecast_record", schema=None) as batch_op:
        batch_op.drop_index("ix_grid_forecast_record_area_date")

    op.drop_table("grid_forecast_record")
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.drop_index("ix_asset_version_current")

    op.drop_table("asset_version")

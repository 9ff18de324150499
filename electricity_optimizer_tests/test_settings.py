"""Settings: typed, with their origin, and a wrong one is one line that names it."""

from pathlib import Path

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.defs.spread import celery_addresses
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Environment, Settings, Spread, load_settings, origins
from electricity_optimizer.sources.calls.keys import credentials


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, _, _ in origins(Settings.model_construct()):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def origin_of(settings: Settings, variable: str) -> tuple[str, str]:
    return next((value, origin) for name, value, origin in origins(settings) if name == variable)


def test_everything_has_a_default_and_the_warehouse_lies_under_var() -> None:
    settings = load_settings()
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.warehouse_url == f"sqlite:///{Path('var').resolve() / 'warehouse.db'}"
    assert {origin for _, _, origin in origins(settings)} == {"default"}


def test_an_argument_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("EO_SEED=1\n", encoding="utf-8")
    assert (load_settings().seed, origin_of(load_settings(), "EO_SEED")) == (1, ("1", "file or argument"))
    monkeypatch.setenv("EO_SEED", "2")
    assert (load_settings().seed, origin_of(load_settings(), "EO_SEED")) == (2, ("2", "environment"))
    assert load_settings(seed=3).seed == 3


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_a_postgresql_url_of_any_driver_becomes_ours(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://user@host:5432/name?sslmode=require")
    assert load_settings().warehouse_url == "postgresql+psycopg://user@host:5432/name?sslmode=require"


@pytest.mark.parametrize("url", ["mysql://host/name", "host/name", ""])
def test_another_url_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError, match="DATABASE_URL: is not a PostgreSQL URL"):
        _ = load_settings().warehouse_url


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hunter2@host/name")  # pragma: allowlist secret - made up
    settings = load_settings()
    assert "hunter2" not in repr(settings)
    assert origin_of(settings, "DATABASE_URL") == ("**********", "environment")


@pytest.mark.parametrize(("variable", "value"), [("EO_API_PORT", "eighty"), ("EO_ENVIRONMENT", "staging"), ("EO_OFFLINE", "perhaps")])
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable) as error:
        load_settings()
    assert "\n" not in str(error.value)


def test_production_uses_no_simulator_and_refuses_to_be_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EO_ENVIRONMENT", "production")
    assert not load_settings().synthetic_allowed
    monkeypatch.setenv("EO_ALLOW_SIMULATOR", "true")
    with pytest.raises(SettingsError, match="EO_ALLOW_SIMULATOR: production refuses synthetic data"):
        load_settings()


def test_development_may_use_the_simulator_until_told_otherwise() -> None:
    assert load_settings().synthetic_allowed
    assert not load_settings(allow_simulator=False).synthetic_allowed


def test_lists_are_written_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EO_ZONES", "DE-LU, FR")
    monkeypatch.setenv("EO_PRICE_FILES", "one.csv,two.parquet")
    assert load_settings().zones == ("DE-LU", "FR")
    assert load_settings().price_files == (Path("one.csv"), Path("two.parquet"))
    assert load_settings(zones=("NL",)).zones == ("NL",)


def test_keys_and_addresses_of_upstreams_are_a_variable_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EO_KEYS__ENTSOE", "k3y-of-entsoe")
    monkeypatch.setenv("EO_KEYS__NREL_NLR", "k3y-of-nrel")
    monkeypatch.setenv("EO_SOURCE_URLS__NREL_NLR", "https://proxy.test/nrel")
    monkeypatch.setenv("EO_ENABLE", "iea, nordpool")
    settings = load_settings()
    assert {name: key.get_secret_value() for name, key in settings.keys.items()} == {"entsoe": "k3y-of-entsoe", "nrel_nlr": "k3y-of-nrel"}
    assert settings.source_urls == {"nrel_nlr": "https://proxy.test/nrel"}
    assert settings.enable == ("iea", "nordpool")
    assert credentials(source("entsoe"), settings) == ({"securityToken": "k3y-of-entsoe"}, {})


def test_keys_of_a_file_and_of_the_environment_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("EO_KEYS__ENTSOE=of-the-file\nEO_KEYS__EIA=of-the-file\n", encoding="utf-8")
    monkeypatch.setenv("EO_KEYS__ENTSOE", "of-the-environment")
    keys = {name: key.get_secret_value() for name, key in load_settings().keys.items()}
    assert keys == {"entsoe": "of-the-environment", "eia": "of-the-file"}


def test_keys_of_upstreams_are_never_shown_but_that_they_are_set_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EO_KEYS__ENTSOE", "k3y-of-entsoe")
    settings = load_settings()
    shown, origin = origin_of(settings, "EO_KEYS")
    assert "k3y-of-entsoe" not in f"{settings!r} {settings} {shown} {settings.model_dump()} {settings.model_dump_json()}"
    assert "entsoe" in shown
    assert origin == "environment"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().seed = 8


def test_redis_is_named_as_whoever_runs_it_names_it_and_its_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@cache:6379/0")  # pragma: allowlist secret - made up
    monkeypatch.setenv("EO_FLEET_EXECUTOR", "celery")
    settings = load_settings()
    assert settings.fleet_executor is Spread.CELERY
    assert origin_of(settings, "REDIS_URL") == ("**********", "environment")
    assert celery_addresses(settings) == dict.fromkeys(("broker", "backend"), "redis://:hunter2@cache:6379/0")

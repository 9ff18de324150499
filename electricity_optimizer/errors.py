"""The tree of errors: few, typed, each says what happened, where, and what to do about it.

Expected trouble upstream (not published yet, rate limited) is an outcome of a fetch and not an error; see `sources.outcome`.
"""


class ElectricityOptimizerError(Exception):
    """Base of every error of this package. `str(error)` is one line: where, what, remedy."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        return f"{line} ({self.remedy})" if self.remedy else line


class InputError(ElectricityOptimizerError):
    """A file, a field or an argument given by a person is wrong. Commands answer with exit status 2."""


class CatalogError(InputError):
    """An entry of the catalogue (zones, sources, sites, tariffs) is wrong or not known."""


class SettingsError(InputError):
    """A setting is wrong or missing, or forbidden in this environment."""


class WarehouseError(ElectricityOptimizerError):
    """The warehouse cannot be read or written now (locked, read-only, unreachable, not migrated)."""


class ForecastError(ElectricityOptimizerError):
    """A forecast cannot be made from what is known (too little history, inputs missing)."""


class RefusedError(ElectricityOptimizerError):
    """Data failed a blocking check and was not published; the last good version stays."""


class PlanError(ElectricityOptimizerError):
    """A plan failed its verification or could not be computed; it is never returned as a plan."""

"""The registry: every model the product knows, one line each. A model's name is what people type and what tables store."""

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.models.analog import Analog
from electricity_optimizer.forecasting.models.boosting import Boosting
from electricity_optimizer.forecasting.models.lear import Lear
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.models.network import Network
from electricity_optimizer.forecasting.protocol import Model

_MODELS: tuple[Model, ...] = (
    Naive(),
    Lear(56, refit_days=1),
    Lear(84, refit_days=1),
    Lear(364, refit_days=7),
    Lear(1092, refit_days=7),
    Lear(1456, refit_days=7),
    Analog(),
    Boosting(728),
    Boosting(1456),
    Network(),
)
MODELS: dict[str, Model] = {model.name: model for model in _MODELS}


def model(name: str) -> Model:
    """The model called `name`. Raises InputError that lists the names there are."""
    if name not in MODELS:
        raise InputError(f"model '{name}' is not known", where="model", remedy=f"one of {', '.join(MODELS)}")
    return MODELS[name]

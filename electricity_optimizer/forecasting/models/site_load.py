"""Load of a site from its own meter, by boosted trees: the last days at the same wall clock, weekday, calendar, prior, temperature."""

from electricity_optimizer.forecasting.models.site_trees import SiteTrees
from electricity_optimizer.forecasting.sites.features import load_rows

LOAD_TREES = SiteTrees("load_boosting", load_rows, in_widths=False)

"""Sun of a site from its own meter, by boosted trees over the prior: what shades, soils and clips a roof is in no weather forecast."""

from electricity_optimizer.forecasting.models.site_trees import SiteTrees
from electricity_optimizer.forecasting.sites.features import pv_rows

PV_TREES = SiteTrees("pv_boosting", pv_rows, in_widths=True)
"""Its band is wide under clouds and narrow without: misses in widths make one measure of both."""

"""What a site is asked to plan, and how its plan is settled. Pure computation above tariffs and optimization."""

from electricity_optimizer.sites.clock import day_steps
from electricity_optimizer.sites.load import load_profile, metered_load
from electricity_optimizer.sites.need import learn_need
from electricity_optimizer.sites.problem import build_problem
from electricity_optimizer.sites.pv import pv_from_weather, pv_from_zone, roofs_limit_kw, sun, with_peaks
from electricity_optimizer.sites.savings import monthly_savings
from electricity_optimizer.sites.settle import BASELINE, Expected, Settlement, bill_of_the_day, expected, planned_end, settle
from electricity_optimizer.sites.state import Side, SiteState
from electricity_optimizer.sites.stored_value import stored_value
from electricity_optimizer.sites.week import WEEK_GAP, build_week

__all__ = [
    "BASELINE",
    "WEEK_GAP",
    "Expected",
    "Settlement",
    "Side",
    "SiteState",
    "bill_of_the_day",
    "build_problem",
    "build_week",
    "day_steps",
    "expected",
    "learn_need",
    "load_profile",
    "metered_load",
    "monthly_savings",
    "planned_end",
    "pv_from_weather",
    "pv_from_zone",
    "roofs_limit_kw",
    "settle",
    "stored_value",
    "sun",
    "with_peaks",
]

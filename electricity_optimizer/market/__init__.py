"""From records to one price per zone and interval: unify, check, resample, features. Plain functions over polars frames."""

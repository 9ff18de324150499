"""Electricity prices turned into money saved: collect, forecast, schedule, settle."""

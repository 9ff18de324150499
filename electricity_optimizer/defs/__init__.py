"""Dagster and nothing else: assets over plain functions, checks, partitions, jobs, schedules, sensors, resources.

What belongs here knows Dagster; what computes does not. An asset reads a window through the warehouse, calls plain functions of
another room, publishes the window zone by zone, and tells the operator what happened.
"""

"""The read-only API: committed versions of the warehouse, as JSON, CSV and Parquet, for apps and for people.

The path of a request: `doorstep` gives it an id, a route in `routes/` parses it with `query`, `answers` compares its version (and
often stops there with 304), a function in `views/` builds the answer from the warehouse, `envelope` gives it its shape.
Nothing here writes, fetches or computes a forecast or a plan.
"""

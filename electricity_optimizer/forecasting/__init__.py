"""Price forecasting: day table, models, walk forward, combination, quantiles, accuracy. Plain computation without I/O."""

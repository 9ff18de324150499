"""The inside of the simulator: weather, noise, market and sun."""

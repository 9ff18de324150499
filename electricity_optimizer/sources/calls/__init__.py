"""Calling upstreams: one HTTP client, rate limits and circuit breakers that hold across processes, and the loop that reads an answer."""

"""Reading answers strictly: what several adapters share between bytes and records."""

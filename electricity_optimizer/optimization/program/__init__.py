"""The fast path: the same mathematics laid out once per structure as arrays, then only numbers change."""

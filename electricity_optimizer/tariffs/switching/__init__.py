"""Supplier switching: what a year costs under every offer, when one may leave, what it risks, and whether it pays."""

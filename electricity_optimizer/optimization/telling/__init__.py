"""What a plan says of itself: reasons, warnings, changes, and why there is none."""

"""From records to one price per zone and interval: candidates, agreement, checks, choice, features. Plain functions over frames."""

"""What a plan does and costs, from the problem alone: replay, bill, peaks, the check of a finished plan, the baseline. Knows no model."""

"""What is learnt from forecasts whose prices came: scores, significance, drift, the journal, and which fresh fit may forecast."""

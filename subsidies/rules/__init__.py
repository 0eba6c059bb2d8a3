"""What the regulations conclude from facts. No Django, no clock, no query: the day is an argument."""

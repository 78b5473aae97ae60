"""A patient who is not there: what they do, and the tension that a line makes of it."""

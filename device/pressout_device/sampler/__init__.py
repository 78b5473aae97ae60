"""The sampling process: a child that reads the chip, and the pipe to it."""

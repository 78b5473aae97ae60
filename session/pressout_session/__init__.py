"""The record: exercises, prescriptions, sides, sets, the session and its wire form. Pure."""

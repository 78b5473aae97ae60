"""The clinic's tables, version by version."""

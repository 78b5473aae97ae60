"""A file a version, in order."""

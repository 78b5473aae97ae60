"""Algorithm version: a digest of the stories told of the golden traces. Written by `make golden`."""

VERSION = "451e0d140249"

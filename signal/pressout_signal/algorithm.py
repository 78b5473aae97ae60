"""Which algorithm this is: a digest of the stories it tells of the golden traces. Written by `make golden`."""

VERSION = "000000000000"

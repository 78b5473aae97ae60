"""Which algorithm this is: a digest of the stories it tells of the golden traces. Written by `make golden`."""

VERSION = "8ac01ffc4fc9"

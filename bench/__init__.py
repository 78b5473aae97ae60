"""What we claim, measured: `make bench`, or `make bench ARGS=signal`."""

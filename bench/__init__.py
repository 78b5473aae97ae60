"""What we claim, measured: `make bench`, or `make bench ARGS=signal`."""

import sys
from pathlib import Path

# The tests' real brokers, databases and builders, and what these need.
sys.path[:0] = [str(Path(__file__).parent.parent / name) for name in ("tests", "packaging")]

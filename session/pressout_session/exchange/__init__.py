"""Sessions as clinical systems understand them."""

"""The HX711: frames, timing and health of the real chip, and an emulated one with faults."""

"""Ways to a load cell: the frame's rules, the pins, and the emulated chip."""

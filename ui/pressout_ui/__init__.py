"""The screen: messages, scenes, shapes, theme, words and the panel."""

import os

# pygame greets on standard output when it is first imported; our output is other programs' input.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

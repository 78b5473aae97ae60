"""The core: tension in, phases, repetitions and tension drift out. No clock, disk, pin, pixel or broker."""

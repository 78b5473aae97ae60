"""The session controller and what feeds it: counting, the load cell, raw readings, events for the clinic."""

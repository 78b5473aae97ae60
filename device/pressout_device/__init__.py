"""The station: load cell, journal, uplink, commands and the composition root."""

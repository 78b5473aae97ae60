"""Outbox and inbox: the folders between station and uplink, and the wake-up."""

"""Scenes on a panel that stands upright: laid out for it, with the parts of those that lie."""

"""Scenes, a file each: a frozen state, an update that never draws, and a view that never decides."""

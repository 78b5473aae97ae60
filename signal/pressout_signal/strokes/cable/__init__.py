"""Strokes on a weight stack: tension hardly tells the handle's place, so they are found by inertia and friction."""

"""Strokes on an elastic: tension follows the length of the line, relaxes while it is held, and lags a little behind."""

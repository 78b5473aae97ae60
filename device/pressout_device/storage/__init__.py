"""Files that survive a power cut: atomic writes, append-only logs, the lock file, trace files."""

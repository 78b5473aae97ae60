"""The writer thread: the only one that touches the disk while people exercise."""

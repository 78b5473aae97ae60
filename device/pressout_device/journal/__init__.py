"""What was counted, on disk: the journal, the one thread that writes it, and the folders beside it."""

"""What takes finished sessions from the outbox to the clinic, and answers back. No pins, no screen."""

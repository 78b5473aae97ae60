"""The networked process: outbox to broker, acks and orders back. No pins, no screen."""

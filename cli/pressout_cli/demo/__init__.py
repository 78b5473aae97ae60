"""The demo: the whole product on one computer."""

"""The subcommand setup: questions, and the configuration file that comes of them."""

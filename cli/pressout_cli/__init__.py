"""The command pressout, with every subcommand, the clinic's too; each loads what it needs when it is called."""

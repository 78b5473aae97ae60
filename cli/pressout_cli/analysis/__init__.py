"""The subcommand analyze: traces through the pipeline, told or drawn."""

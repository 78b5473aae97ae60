"""The journal: the SQLite file of facts, its migrations, replay, salvage, erasure."""

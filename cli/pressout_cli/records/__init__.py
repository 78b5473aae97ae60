"""What was recorded, exported: sessions, repetitions as Parquet, labelled recordings."""

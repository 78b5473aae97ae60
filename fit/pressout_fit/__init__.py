"""The wide simulator, and the training of the counting model on it. Imported by nothing that ships."""

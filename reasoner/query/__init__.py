"""Questions: patterns and English to answers."""

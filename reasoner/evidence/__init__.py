"""Evidence: who says what, and when it was so."""

"""Explanations: why, down to quoted words."""

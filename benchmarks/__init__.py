"""Benchmarks: each a module with a `main` that prints a table."""

"""Benchmarks: the same programs and facts for this engine and its peers. `make bench`; README.md reads the table."""

"""Answers and situations in the formats of other tools: a module for each kind of them, `formats` has them all."""

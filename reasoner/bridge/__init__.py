"""Bridges: what follows from our rules, in the words of other tools."""

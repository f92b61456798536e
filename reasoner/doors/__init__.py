"""Doors: thin, each opens onto the knowledge base."""

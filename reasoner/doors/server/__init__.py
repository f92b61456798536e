"""The local page: a knowledge base that a browser asks, on this machine only."""

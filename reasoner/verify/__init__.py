"""Verification: what rules and facts must never come to."""

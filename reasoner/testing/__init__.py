"""Tests of rules, written as text by whoever writes rules."""

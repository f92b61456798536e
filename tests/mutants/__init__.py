"""Bugs planted on purpose: do the tests find them?"""

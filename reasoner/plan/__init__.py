"""Planning: a program to rules in strata."""

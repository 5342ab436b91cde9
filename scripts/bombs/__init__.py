"""Hostile files, made by the standard library alone, and what the programs must make of them."""

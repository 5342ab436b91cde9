"""Measures jcs beside other engines; scripts/bench.py is the program."""

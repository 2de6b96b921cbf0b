"""Declared beside discovered: reading what people wrote, matching it to what is there, saying where they differ.

Declared lists become rows, the normaliser turns every cell into a canonical value with a confidence and a rule, matching
pairs declared cameras with discovered ones, and a verdict is given per field. All of it is pure: text and records in,
values out, so that the desk and the register use the same code. No socket, no clock, no file that the caller did not
hand over, and no other stage enters here; what people write is never executed, only read.
"""

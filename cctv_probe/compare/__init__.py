"""Declared beside discovered: reading what people wrote, matching it to what is there, saying where they differ.

Declared lists become rows, the normaliser turns every cell into a canonical value with a confidence and a rule, matching
pairs declared cameras with discovered ones, and a verdict is given per field. All of it is pure: text and records in,
values out, so that the desk and the register use the same code. No socket, no clock, and no file that the caller did not
hand over; of the stages only the pure parts of `survey` (words, shapes) and the brands of `identify` enter here. What people write is
never executed, only read.
"""

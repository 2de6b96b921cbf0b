"""What is said about each field of a declared camera beside its discovered one: one of the record's verdicts, how grave it is
and the sentence that explains it.

Only `match`, `within_tolerance` and `family_match` are compliant, and what is unknown never is. A verdict weighs the declared
value against the best evidence, and says where configured and measured values disagree among themselves. No socket, no clock,
no file enters here; time is an argument.
"""

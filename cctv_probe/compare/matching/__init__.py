"""Which declared camera is which discovered one: one to one, by the strongest key first, never guessing in silence.

    declared + found ─► decisions ─► serial, MAC ─► address, name, position (an assignment) ─► plausibility ─► questions

Every pair says by which key it was found and how sure that is; what the keys contradict or cannot tell apart is asked, with
the candidates and their scores. Nothing here opens a file (but the tables beside it), a socket or a clock.
"""

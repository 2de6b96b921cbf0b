"""What may leave the municipality: the present state of each camera, over all scans, and the reports made from it.

    survey.json ─► absorb (identity, cameras, facts, presence) ─► Present ─► records (guard, sticky) ─► report | review

`present` keeps the state on disk; `absorb` takes a scan into it; `records` chooses the cameras that leave, reduces and
guards them, and keeps the sent bytes of those that did not change; `report` makes the bodies; `review` shows and releases
them. All but `present`, and the row that `review` releases, is pure: values in, values out, no clock. Nothing here opens a socket,
knows what a password is beyond taking it out, or decides what is true of a camera: the rank is `survey.rank`'s.
"""

"""The service: when to scan, a child that does it, and one small loop that lives for years.

    schedule (pure) ─► diary (what ran when) ─► loop ─► children ─► work: scan ─► finished ─► outbox
                                                 └────► post: one request at a time; status; watchdog

The loop never parses a survey, never holds a device's password and never waits without an end: what can be large, slow or
hostile happens in a child, which is given a deadline and may be killed at any instant without losing a finished scan.
Not here: what leaves the building (`leaving`), what waits (`outbox`), how it is sent (`upload`).
"""

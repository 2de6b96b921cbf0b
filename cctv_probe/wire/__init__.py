"""Everything that opens a socket: deadlines and budgets, HTTP, credentials and the lockout ledger, pacing, redaction.

No knowledge of cameras enters here: what is asked, and what an answer means, belongs to `dialects` and `rtsp`.
"""

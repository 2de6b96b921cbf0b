"""Dahua and its rebrands over their own web interface (`/cgi-bin/`, HTTP Digest), asked only what reads.

`operations` is the allow-list of path, action and arguments: Dahua writes with GET too, so nothing else can be sent.
`session` knows the login and what refusals mean, `table` and `answers_*` turn bytes into values without touching a socket,
`ask_*` put the questions in order and write evidence into the visit. User names and passwords of the cameras behind a
recorder are taken out (`redaction`) before an answer is read or kept. Playing footage belongs to `footage`.
"""

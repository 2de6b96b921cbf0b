"""Hikvision's ISAPI, and that of its many rebrands: asked with plain HTTP questions, read tolerantly by local name.

`operations` is the allow-list: a question that is not in it cannot be sent; searches and calendars are read with POST. `session`
knows the login and what the device says of its lock; `answers_*` turn bytes into values and never touch a socket, `ask_*` put
the questions in order and write evidence into the visit. What the recordings prove belongs to `footage`.
"""

"""How reports reach the register: one request at a time, judged by one table of answers, at a pace the register can bear.

    outbox ─► sender ─► register (HTTPS) ─► answers ─► what becomes of the row, and when the next one goes

`answers`, `backoff`, `link` and `split` are pure; `register` alone opens a socket; `sender` joins them. A report leaves the
outbox only against a receipt that names it and is signed by a key learned at enrolment. Not here: what is in a report
(`leaving`), where it waits (`outbox`), who signs it (`enrolment`), when the service calls (`service`).
"""

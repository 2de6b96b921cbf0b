"""Looking after the agent: what it did (`audit`), what it says (`journal`, `metrics`, `status`), what ails it (`doctor`).

Everything here reads; nothing here repairs, sends reports or asks a camera. The audit log is the one thing it writes.
Each check of the doctor is a function of its own that ends by a deadline. What is shown or packed for others is redacted
first. Not here: when the agent works (`service`), what leaves (`leaving`).
"""

"""What travels between machines: the record's outer shape, canonical JSON, and the wire contract of agents and register.

`record` and `fact` are the survey; `report`, `read_body`, `receipt`, `problem`, `enrolment`, `bundle` what goes to the
register and comes back; `canonical`, `signature`, `keys`, `token`, `compression`, `read_json` how it is written, signed
and read within bounds; `terms` its fixed words and limits; `openapi` and `published` what others build against. The
rules between them stand in `docs/wire-contract.md`.

Pydantic lives here and nowhere further in; nothing here opens a socket, asks the time or knows how a record came to be.
A key that was published once is never renamed: add one instead, and raise `schema_version` or `contract` only where a
reader would misunderstand.
"""

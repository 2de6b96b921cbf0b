"""What travels between machines: the record's outer shape, its JSON Schema, and canonical JSON.

Pydantic lives here and nowhere further in; nothing here knows how a record came to be. A key that was published once is
never renamed: add one instead, and raise `schema_version` only where a reader would misunderstand.
"""

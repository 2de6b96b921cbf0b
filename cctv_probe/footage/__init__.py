"""What is really recorded: an archive's index, samples of it played, and what both prove.

Planning and verdict are pure; the archives (recorders by their dialects, folders of files) stand behind one interface; I/O
happens between them. A claim of an index is never taken for footage.
"""

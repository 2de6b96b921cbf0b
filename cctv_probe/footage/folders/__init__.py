"""Folders of recorded files (a NAS, a recorder's export) as an archive: their times, their spans, an instant of them played.

Names are read here, and bytes are handed on; containers are taken apart in a confined child only. Nothing is ever written
into such a folder, and no link that leads out of it is followed.
"""

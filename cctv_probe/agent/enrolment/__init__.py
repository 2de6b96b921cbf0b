"""Who this agent is to the register: its key, its enrolment with a one-time token, and the key's replacement.

`keys` and `identity` read and write files; `enrol` and `rotate` speak to the register through `upload.register`. Every
instant of both is safe to be cut off in: what was asked is on disk before it is asked. Not here: what is sent with the
key (`upload`). A private key leaves this machine in no way.
"""

"""ONVIF: asked strictly (zeep builds every request from the WSDL), read tolerantly (by local name from the raw bytes).

`operations` is the allow-list: nothing that is not in it can be sent. `session` knows services and logins, `answers*` turn
bytes into values without touching a socket, `ask*` put the questions in order and write evidence into the visit.
"""

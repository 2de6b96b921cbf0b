"""What is true about cameras: frozen values and enumerations.

Nothing here opens a file or a socket, asks for the time, or knows a library. Every other room may import this one; this
one imports none of them.
"""

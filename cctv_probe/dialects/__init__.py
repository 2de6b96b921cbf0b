"""How to ask each kind of device. A dialect answers up to four questions: who are you · how are you set · what have you
recorded · play me this instant.

A dialect writes what it learns into the `Visit` it is given. It decides nothing about the record: which evidence is
believed belongs to `survey`.
"""

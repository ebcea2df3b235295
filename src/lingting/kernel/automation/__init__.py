"""Owns rules over the log of facts: when something happens, if it looks so, then do this.

What can be asked and done is offered by the apps that own the things; nothing here knows a case.
"""

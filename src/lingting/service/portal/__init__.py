"""Owns the customer's own pages: follow a case, answer, add files, reopen, rate; by signed link or a mailed code.

Customers see what was said to them and how far it is, never notes, never anybody else's case.
"""

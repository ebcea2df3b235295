"""Owns work orders: child cases that another department answers, with their own clock and a light page.

The department needs no desk: a link or an account is enough. The customer sees progress in words, never the order itself.
"""

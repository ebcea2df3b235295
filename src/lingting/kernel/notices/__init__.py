"""Owns what a person is told inside the product; not mail to customers."""

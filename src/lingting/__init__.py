"""Lingting 聆听: the operating system of a customer service centre."""

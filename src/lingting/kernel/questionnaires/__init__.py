"""Owns versioned forms, answers and scores; not what follows from them."""

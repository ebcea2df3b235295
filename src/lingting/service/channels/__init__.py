"""Ways in and out: each channel turns its messages into cases and back."""

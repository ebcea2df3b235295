"""What customers meet and agents use: channels, routing, desk, knowledge, customers."""

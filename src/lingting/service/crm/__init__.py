"""Owns customers, contact points, tiers and duplicates; not their cases."""

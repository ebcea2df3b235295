"""Owns sites, teams, positions, employees and skills; not sign-in, not rosters."""

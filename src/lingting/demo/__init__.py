"""The named cast and centre that demo data, tests and screenshots share; living traffic."""

"""Reports, wallboard and reviews: reads what the floors below made true."""

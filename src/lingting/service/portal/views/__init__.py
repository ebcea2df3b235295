"""Pages of the portal: getting in, the list, a case."""

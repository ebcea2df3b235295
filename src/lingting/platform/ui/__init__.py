"""Shell, components and front-end pieces that every screen is built from; owns no business table."""

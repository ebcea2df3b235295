"""Django's PostgreSQL backend with two habits of the house; named by `external.django_database` as the ENGINE."""

"""The launchers: our own PostgreSQL and Valkey where none is given, and `make run`. Needs no Django."""

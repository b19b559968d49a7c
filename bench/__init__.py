"""The bench: each budget of the project measured beside its reference, in one run.  Never part of the tests."""

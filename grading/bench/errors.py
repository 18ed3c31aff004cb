"""The bench's own error: something could not be measured."""


class BenchError(Exception):
    """Why there is no number, in one line; printed as `bench: TEXT`, exit status 2."""

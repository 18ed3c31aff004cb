"""The one error that a wrong call or a wrong tree ends in."""


class UsageError(Exception):
    """What the caller must mend, in one line; printed as `pagurus: TEXT`, exit status 2."""

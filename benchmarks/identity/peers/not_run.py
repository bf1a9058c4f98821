"""Why a peer is not beside the figures."""


class NotRunError(Exception):
    """The peer could not be run here; its text says why."""

"""windvane: a self-steering data stack."""

__version__ = "0.1.0"

"""Settings, addresses, middleware and page cache: what holds the rooms of the site together."""

__version__ = "0.1.0"

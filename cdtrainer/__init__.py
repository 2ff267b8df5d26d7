"""The wiring of the site: settings, URLs, middleware, page cache, error pages."""

__version__ = "0.1.0"

"""Static files as production serves them: named by their contents, compressed, one request for each stylesheet."""

import posixpath
import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = r'(?P<matched>@import "(?P<url>[^":]+\.css)";)'
_INLINE = "%(stylesheet)s"  # only tells this pattern from the inherited ones


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # it ships no types
    """WhiteNoise's storage, which also names the imports of our modules and puts imported stylesheets in their place.

    A browser sees an `@import` only after it has fetched the stylesheet: one more journey to the server before the
    first words appear. While developing, browsers follow the imports themselves.
    """

    support_js_module_import_aggregation = True
    patterns = (("*.css", ((_IMPORT, _INLINE),)), *CompressedManifestStaticFilesStorage.patterns)

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None, *more: Any
    ) -> Callable[[re.Match[str]], str]:
        """Return what replaces a reference in the file `name`: the text of a stylesheet, or an address with a hash.

        `more` is what Django 6.1 adds: the parts of the file that are comments.
        """
        if template != _INLINE:
            converter: Callable[[re.Match[str]], str] = super().url_converter(name, hashed_files, template, *more)
            return converter
        return lambda reference: self._stylesheet(name, reference)

    def _stylesheet(self, name: str, reference: re.Match[str]) -> str:
        imported: Any = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference["url"]))
        with self.open(imported) as file:
            text: str = file.read().decode()
        # Addresses in it are relative to its own folder, so such a stylesheet stays where it is.
        return reference["matched"] if "url(" in text else text

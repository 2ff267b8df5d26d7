"""Says at start what would otherwise be found out with the first film."""

import subprocess
from typing import Any

from django.core.checks import CheckMessage, Error, register
from PIL import features

from clips.conversion import ffmpeg

NEEDED = {"-encoders": ["libx264", "aac"], "-filters": ["zscale", "tonemap"]}


@register
def ffmpeg_can_convert(**kwargs: Any) -> list[CheckMessage]:
    """The ffmpeg in use has the encoders and filters that the conversion needs."""
    try:
        missing = [name for listing, names in NEEDED.items() for name in names if name not in listed(listing)]
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return [
            Error(
                f"ffmpeg does not run: {error}",
                hint="Leave FFMPEG_BINARY empty to use the one that imageio-ffmpeg brings.",
                id="clips.E001",
            )
        ]
    if not features.check("webp"):
        missing.append("WebP in Pillow")
    if not missing:
        return []
    return [Error(f"Films cannot be converted without {', '.join(missing)}.", id="clips.E002")]


def listed(listing: str) -> set[str]:
    """Return the names in the second column of one of ffmpeg's lists."""
    result = subprocess.run(
        [ffmpeg.binary(), "-hide_banner", listing], capture_output=True, text=True, timeout=20, check=True
    )
    return {words[1] for line in result.stdout.splitlines() if len(words := line.split()) > 1}

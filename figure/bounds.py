"""What a movement may ask of the figure, and how it stands, sits or lies before anything moves."""

from __future__ import annotations

from typing import Any

#: The bounds of a pose: parameter -> lowest, highest. Degrees, but for chest (a share).
BOUNDS: dict[str, tuple[float, float]] = {
    "yaw": (-70, 70),
    "pitch": (-40, 45),
    "roll": (-32, 32),
    "retract": (-6, 10),
    "gaze_yaw": (-30, 30),
    "gaze_pitch": (-25, 25),
    "trunk_yaw": (-30, 30),
    "trunk_pitch": (-15, 30),
    "trunk_roll": (-20, 20),
    "chest": (0, 1.4),
    "shrug_left": (-10, 25),
    "shrug_right": (-10, 25),
    "protract": (-15, 15),
}

EYES_AHEAD = 0.16  # the eyes look where the head goes, a little further

#: Where the body is before anything moves.
POSITIONS: dict[str, dict[str, Any]] = {
    "standing": {},
    "sitting": {
        "root": [0, -3.5, 0],
        "foot_left": [1.35, -7.48, 3.75],
        "foot_right": [-1.35, -7.48, 3.75],
        "both": "lap",
    },
    "lying": {},
    "behind-chair": {"both": "chair"},
}

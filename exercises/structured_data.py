"""Structured data of exercises and their clips."""

from typing import Any

from django.http import HttpRequest

from clips.models import Clip
from exercises.models import Exercise, Part
from exercises.sides import sided
from texts.addresses import absolute_address


def iso_duration(seconds: float) -> str:
    """Return an ISO 8601 duration of at least one second: 75 -> "PT1M15S"."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return "PT" + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest or not minutes else "")


def exercise_plan(request: HttpRequest, exercise: Exercise) -> dict[str, Any]:
    """Return the ExercisePlan of an exercise, with its dose."""
    return {
        "@type": "ExercisePlan",
        "name": exercise.title,
        "description": sided(exercise.purpose),
        "url": absolute_address(request, exercise.get_absolute_url()),
        "exerciseType": exercise.get_movement_display() or "Neck exercise",
        "activityDuration": iso_duration(exercise.seconds),
        "activityFrequency": f"{exercise.times_a_day} times a day",
        "repetitions": exercise.repetitions,
        "restPeriods": f"{exercise.rest_seconds} s",
        "intensity": "slow and smooth",
    }


def videos(request: HttpRequest, exercise: Exercise) -> list[dict[str, Any]]:
    """Return the VideoObject of each clip on an exercise's page."""
    return [video(request, exercise, part, part.clip) for part in exercise.parts if part.clip]


def video(request: HttpRequest, exercise: Exercise, part: Part, clip: Clip) -> dict[str, Any]:
    """Return the VideoObject of the clip of one part, for the visitor's side and view."""
    return {
        "@type": "VideoObject",
        "name": f"{exercise.title}, {part.count}" if part.count else exercise.title,
        "description": part.description or sided(exercise.purpose) or exercise.title,
        "contentUrl": absolute_address(request, clip.film_url),
        "thumbnailUrl": absolute_address(request, clip.still_url),
        "uploadDate": clip.uploaded_at.isoformat(),
        "duration": iso_duration(clip.seconds),
        "width": clip.width,
        "height": clip.height,
        "isFamilyFriendly": True,
    }

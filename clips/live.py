"""What the workshop shows of a clip while it is converted: its state, its picture, its player, kept up to date."""

from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clips.conversion import heartbeat
from clips.models import Clip

MEDIA = forms.Media(
    css={"all": ["workshop/clips.css"]},
    js=[forms.Script("workshop/clips.js", type="module")],  # type: ignore[list-item] # new in Django 5.2
)


def state_of(clip: Clip) -> str:
    """Return how far a clip is, as the list, the form and the page's questions show it."""
    worker_is_missing = clip.is_underway and not heartbeat.worker_is_alive()
    return render_to_string("admin/clips/_state.html", {"clip": clip, "worker_is_missing": worker_is_missing})


def still_of(clip: Clip) -> str:
    if not clip.still_small:
        return format_html('<span class="no-still">{}</span>', _("no picture yet"))
    return format_html(
        '<img class="still" src="{}" width="96" height="72" loading="lazy" alt="{}">',
        clip.still_small.url,
        gettext("Change %s") % clip,
    )


def preview_of(clip: Clip) -> str:
    return render_to_string("admin/clips/_preview.html", {"clip": clip})


class LiveClips:
    """Read-only fields whose contents `clips.js` keeps up to date."""

    @admin.display(description=_("status"), ordering="conversion__status")
    def state(self, clip: Clip) -> str:
        return format_html(
            '<div class="clip-state" data-clip-state="{}" data-states="{}"{}>{}</div>',
            clip.pk,
            reverse("admin:clips_clip_states"),
            SafeString(" data-underway") if clip.is_changing else "",
            state_of(clip),
        )

    @admin.display(description=_("picture"))
    def still(self, clip: Clip) -> str:
        return format_html('<div data-clip-still="{}">{}</div>', clip.pk, still_of(clip))

    @admin.display(description=_("what visitors play"))
    def preview(self, clip: Clip) -> str:
        return format_html('<div data-clip-preview="{}">{}</div>', clip.pk, preview_of(clip))

"""How a therapist hands over a film."""

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat, floatformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clips.captions import CaptionError, check
from clips.conversion import jobs
from clips.conversion.convert import SHORTEST_TRIMMED
from clips.conversion.models import Moment
from clips.conversion.probe import not_a_film
from clips.models import Clip

MOST_CAPTION_BYTES = 200_000
MOST_DIGITS = 19  # of a primary key; SQLite takes no larger one


def too_large(size: int) -> str:
    """Say why a film of `size` bytes is not taken; "" when it is."""
    if size <= settings.CLIP_MAX_BYTES:
        return ""
    limits = {"size": filesizeformat(size), "limit": filesizeformat(settings.CLIP_MAX_BYTES)}
    return _("The film is too large: %(size)s. This site takes films of up to %(limit)s.") % limits


def pks_in(values: Iterable[str]) -> list[int]:
    """Return the primary keys among `values`, as they come from an address or a form; the rest is left out."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < MOST_DIGITS]


class ClipForm(forms.ModelForm):
    """A clip with its film. A new film is converted in the background; what visitors see stays until then."""

    class Meta:
        model = Clip
        fields = [
            "exercise",
            "story",
            "variation",
            "position",
            "title",
            "kind",
            "original",
            "made",
            "keep_sound",
            "trim_start",
            "trim_end",
            "description",
            "captions",
            "checked",
            "published",
        ]
        labels = {"original": gettext_lazy("Film from your phone")}
        help_texts = {
            "original": gettext_lazy(
                "As the phone made it. Visitors get a smaller copy without place and date; "
                "until it is ready they keep what they had."
            ),
            "keep_sound": gettext_lazy("Not ticked: visitors get the film without its sound."),
            "captions": gettext_lazy("What is said in the film, as a WebVTT file (.vtt)."),
        }
        widgets = {
            "original": forms.FileInput(attrs={"accept": "video/*"}),
            "captions": forms.ClearableFileInput(attrs={"accept": ".vtt,text/vtt"}),
            "description": forms.Textarea(attrs={"rows": 3}),
            "trim_start": forms.NumberInput(attrs={"min": 0, "step": "any"}),
            "trim_end": forms.NumberInput(attrs={"min": 0, "step": "any"}),
        }

    def clean_original(self) -> Any:
        """Refuse at once what can be refused without a long look."""
        film = self.cleaned_data["original"]
        if not isinstance(film, UploadedFile):
            return film
        if reason := too_large(film.size or 0):
            raise forms.ValidationError(reason, code="too_large")
        if reason := not_a_film(film.read(4096)):
            raise forms.ValidationError(reason, code="not_a_film")
        film.seek(0)
        return film

    def clean_captions(self) -> Any:
        """Take captions only as WebVTT, under a name of our own."""
        captions = self.cleaned_data["captions"]
        if not isinstance(captions, UploadedFile):
            return captions
        if (captions.size or 0) > MOST_CAPTION_BYTES:
            raise forms.ValidationError(_("This file is too large for captions."), code="not_captions")
        try:
            check(captions.read())
        except CaptionError as error:
            raise forms.ValidationError(str(error), code="not_captions") from error
        captions.seek(0)
        captions.name = f"{secrets.token_urlsafe(12)}.vtt"
        return captions

    def clean(self) -> dict[str, Any]:
        """Refuse a start and an end between which no film is left."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.drops_last_cut:
            return cleaned
        length = 0.0 if self.has_new_film else self.instance.original_seconds
        start, end = cleaned.get("trim_start"), cleaned.get("trim_end")
        shown = floatformat(length, 1)
        if length and start and start > length - SHORTEST_TRIMMED:
            self.add_error("trim_start", _("The film is %s seconds long. Start earlier.") % shown)
        elif start and end and end < start + SHORTEST_TRIMMED:
            self.add_error("trim_end", _("The end has to be at least a second after the start."))
        elif end is not None and end < SHORTEST_TRIMMED:
            self.add_error("trim_end", _("At least the first second has to be left."))
        elif length and end and end > length + 0.5:
            self.add_error("trim_end", _("The film is %s seconds long. End earlier, or leave this empty.") % shown)
        return cleaned

    @property
    def has_new_film(self) -> bool:
        return isinstance(self.cleaned_data.get("original"), UploadedFile)

    @property
    def has_new_cut(self) -> bool:
        return bool({"trim_start", "trim_end"} & set(self.changed_data))

    @property
    def drops_last_cut(self) -> bool:
        """Whether start and end are those of the last film, and say nothing about the new one."""
        return self.has_new_film and not self.has_new_cut

    @property
    def asks_again(self) -> bool:
        """Whether the form was sent with the button “Try again” of this very clip."""
        return bool(self.instance.pk) and self.data.get("_again") == str(self.instance.pk)

    def has_changed(self) -> bool:
        return self.asks_again or super().has_changed()

    @property
    def needs_conversion(self) -> bool:
        if self.has_new_film:
            return True
        changes_film = self.has_new_cut or "keep_sound" in self.changed_data
        return bool(self.instance.original) and (self.asks_again or changes_film)

    @property
    def shows_other_moments(self) -> bool:
        """Whether the next conversion will show other moments than those the still was chosen from."""
        return self.needs_conversion and (self.has_new_film or self.has_new_cut)

    def save(self, commit: bool = True) -> Clip:
        if self.has_new_film:
            self.instance.original_filename = str(self.cleaned_data["original"].name)[:255]
        if self.drops_last_cut:
            self.instance.trim_start = self.instance.trim_end = None
        if self.shows_other_moments:
            self.instance.still_at = None
        clip: Clip = super().save(commit=False)
        if commit:
            self.store()
        return clip

    def store(self) -> None:
        """Write what the editor has changed, and have the film converted when it has to be."""
        self.instance.save_edits()
        if self.needs_conversion:
            jobs.submit(self.instance)

    def set_uploader(self, user: Any) -> None:
        """Write down that `user` has uploaded the film, when there is a new one."""
        if self.has_new_film:
            self.instance.uploaded_by = user


class ClipPageForm(ClipForm):
    """The form on the page of one clip: with the moments of its film, one of which becomes its still."""

    SITE_CHOOSES = ""

    still_choice = forms.ChoiceField(
        label=gettext_lazy("Still"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The picture that visitors see before they play the clip."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "still_choice" not in self.fields:  # somebody who may only look
            return
        clip = self.instance
        self.moments = {str(moment.pk): moment for moment in clip.moments.defer("picture")} if clip.pk else {}
        field = self.fields["still_choice"]
        field.choices = [  # type: ignore[attr-defined]
            (self.SITE_CHOOSES, _("The site chooses the most telling one")),
            *((pk, self.label_of(moment)) for pk, moment in self.moments.items()),
        ]
        field.initial = self.SITE_CHOOSES
        if clip.still_at is not None and self.moments:
            field.initial = min(self.moments, key=lambda pk: abs(self.moments[pk].seconds - clip.still_at))
        if not self.moments:
            field.disabled = True
            field.help_text = _("There are moments to choose from as soon as the film is ready.")

    @staticmethod
    def label_of(moment: Moment) -> str:
        address = reverse("admin:clips_clip_moment", args=[moment.pk])
        return format_html('<img class="moment" src="{}" alt="" width="160"> {}', address, moment)

    def save(self, commit: bool = True) -> Clip:
        if self.chooses_still:
            moment = self.moments.get(self.cleaned_data["still_choice"])
            self.instance.still_at = moment.seconds if moment else None
        return super().save(commit)

    @property
    def chooses_still(self) -> bool:
        return "still_choice" in self.changed_data and not self.shows_other_moments

    @property
    def asks_for_moments(self) -> bool:
        """Whether the form was sent with the button that makes moments of a film that has none."""
        return "_moments" in self.data and bool(self.instance.film)

    def store(self) -> None:
        super().store()
        if self.chooses_still:
            jobs.choose_still(self.instance)
        if self.asks_for_moments:
            jobs.show_moments(self.instance)

"""How a therapist hands over a film."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clips import jobs
from clips.captions import CaptionError, check
from clips.models import Clip
from clips.probe import not_a_film

MOST_CAPTION_BYTES = 200_000


def too_large(size: int) -> str:
    """Say why a film of `size` bytes is not taken; "" when it is."""
    if size <= settings.CLIP_MAX_BYTES:
        return ""
    limits = {"size": filesizeformat(size), "limit": filesizeformat(settings.CLIP_MAX_BYTES)}
    return _("The film is too large: %(size)s. This site takes films of up to %(limit)s.") % limits


class ClipForm(forms.ModelForm):
    """A clip with its film. A new film is converted in the background; what visitors see stays until then."""

    #: Who is signed in; the admin sets it on the class it makes for one request.
    editor: Any = None

    class Meta:
        model = Clip
        fields = [
            "exercise",
            "story",
            "variation",
            "title",
            "kind",
            "original",
            "made",
            "keep_sound",
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

    @property
    def has_new_film(self) -> bool:
        return isinstance(self.cleaned_data.get("original"), UploadedFile)

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
        return bool(self.instance.original) and (self.asks_again or "keep_sound" in self.changed_data)

    def save(self, commit: bool = True) -> Clip:
        if self.has_new_film:
            self.instance.original_filename = str(self.cleaned_data["original"].name)[:255]
            self.instance.uploaded_by = self.editor
        clip: Clip = super().save(commit=False)
        if commit:
            self.store()
        return clip

    def store(self) -> None:
        """Write what the form has changed, and nothing that a worker may be writing at this moment."""
        clip = self.instance
        if clip._state.adding:
            clip.save()
        else:
            own = [name for name in self.fields if name in ClipForm.Meta.fields]
            clip.save(update_fields=[*own, "original_filename", "uploaded_by"])
        if self.needs_conversion:
            jobs.submit(clip)

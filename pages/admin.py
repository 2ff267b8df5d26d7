"""The workshop's forms and list of the site's own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from pages.models import Page, Section
from texts.admin import REVIEW, ReviewedTextAdmin, ReviewFilter
from texts.deletion_admin import refuse_to_delete


class SectionForm(ModelForm):
    """A section's form; its anchor cannot change once it exists, as links and the home page use it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["key"].disabled = True


class SectionInline(admin.StackedInline):
    """The sections of a page, on the page's form."""

    model = Section
    form = SectionForm
    extra = 0
    prepopulated_fields = {"key": ["heading"]}
    fields = ["heading", ("key", "position"), "body"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the formset; a section that has to stay says why in plain words."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.hand_clean_DELETE = refuse_to_delete  # type: ignore[attr-defined]
        return formset


@admin.register(Page)
class PageAdmin(ReviewedTextAdmin):
    """Pages with their sections."""

    list_display = ["title", "slug", "published", "review"]
    list_filter = ["published", ReviewFilter]
    search_fields = ["title", "lead", "sections__heading", "sections__body"]
    prepopulated_fields = {"slug": ["title"]}
    inlines: ClassVar[list[type[InlineModelAdmin]]] = [SectionInline]
    parts: ClassVar[list[str]] = ["sections"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "lead", "published"]}),
        REVIEW,
    ]
    save_on_top = True

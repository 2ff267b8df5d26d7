"""The workshop's forms and list of the site's own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.forms import ModelForm

from pages.models import Page, Section
from texts.admin import REVIEW, ReviewedTextAdmin, ReviewFilter


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

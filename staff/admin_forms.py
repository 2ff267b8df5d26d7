"""The workshop's forms for people and groups, which keep somebody who can manage the staff."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from staff import management_rights as rights


class UserForm(UserChangeForm):
    def clean(self) -> dict[str, Any]:
        """Refuse to take the right from the last person who can manage the staff."""
        data = super().clean() or self.cleaned_data

        def chosen(name: str) -> Any:
            return data.get(name, getattr(self.instance, name))

        still_can = (
            chosen("is_active")
            and chosen("is_staff")
            and (
                chosen("is_superuser")
                or rights.gives_management(data.get("user_permissions", ()), data.get("groups", ()))
            )
        )
        if self.instance.pk and not still_can and rights.leaves_nobody([self.instance]):
            raise ValidationError(rights.last_manager_text(), code="last_manager")
        return data


class GroupForm(forms.ModelForm):
    class Meta:
        model = Group
        fields = ("name", "permissions")

    def clean(self) -> dict[str, Any]:
        """Refuse to take the right from the group that lets the last person manage the staff."""
        data = super().clean() or self.cleaned_data
        still_gives = rights.gives_management(data.get("permissions", ()), ())
        if self.instance.pk and not still_gives and rights.leaves_nobody(without_groups=[self.instance]):
            raise ValidationError(rights.last_manager_text(), code="last_manager")
        return data

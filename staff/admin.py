"""People, groups and second factors in the workshop.

Nobody can give away a right that she has not, to herself or to others, and somebody can always manage the staff. An
operator sees who has a second factor and can take away a lost one, never its secret.
"""

from collections.abc import Sequence
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from staff import management_rights as rights
from staff.admin_forms import GroupForm, UserForm

admin.site.unregister([EmailAddress, Authenticator])  # allauth's own pages, which show the secrets
admin.site.unregister([User, Group])  # Django's own, where whoever changes users can make herself a superuser


class KeepsOneManager(admin.ModelAdmin):
    """Refuses to delete what lets the last person manage the staff."""

    actions = ["delete_selected"]

    def leaves_nobody(self, objects: Sequence[Any]) -> bool:
        """Whether nobody could manage the staff without `objects`; each admin answers for its own rows."""
        raise NotImplementedError

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is not None and self.leaves_nobody([found]):
            self.message_user(request, rights.last_manager_text(), messages.ERROR)
            return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[found.pk]))
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description=delete_selected.short_description)  # type: ignore[attr-defined]
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Delete as Django's own action does, and under its name, but for what has to stay."""
        if self.leaves_nobody(list(queryset)):
            self.message_user(request, rights.last_manager_text(), messages.ERROR)
            return None
        return delete_selected(self, request, queryset)


@admin.register(User)
class UserAdmin(KeepsOneManager, DjangoUserAdmin):
    form = UserForm

    def leaves_nobody(self, objects: Sequence[Any]) -> bool:
        return rights.leaves_nobody(objects)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "groups":
            kwargs["queryset"] = rights.groups_for(request.user)
        elif db_field.name == "user_permissions":
            kwargs["queryset"] = rights.permissions_of(request.user).select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Group)
class GroupAdmin(KeepsOneManager, DjangoGroupAdmin):
    form = GroupForm

    def leaves_nobody(self, objects: Sequence[Any]) -> bool:
        return rights.leaves_nobody(without_groups=objects)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rights.may_manage_group(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or rights.may_manage_group(request.user, obj))

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "permissions":
            kwargs["queryset"] = rights.permissions_of(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Authenticator)
class SecondFactorAdmin(admin.ModelAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or rights.may_manage(request.user, obj.user))

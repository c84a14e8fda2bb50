"""What people type about themselves and their organisations, and how it is refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SignUpFields(forms.Form):
    """What an account asks beside the mail address. Used by allauth's sign-up (ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def signup(self, request: Any, user: Any) -> None:
        """Called by allauth once the account is made."""
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])

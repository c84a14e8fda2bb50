"""Signing in: how django-allauth speaks to this house.

By a code that comes by mail, or by a passkey; a password and an authenticator app for those who want them. Mails go
through the outbox, but leave at once. Who works for the secretariat needs a second factor outside the demonstration
(docs/decisions/0030-sign-in-without-a-password.md).
"""

from __future__ import annotations

import base64
import secrets
import unicodedata
from collections.abc import Callable
from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, RequestLoginCodeForm
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import history, mail
from kept.base.context import address_in
from kept.base.installation import installation
from kept.people.actions import address_works
from kept.people.models import Person
from kept.people.permissions import second_factor_is_owed

# allauth's template → our mail, and whether it holds a code.
MAILS = {
    "account/email/login_code": ("people/sign_in_code", True),
    "account/email/email_confirmation": ("people/confirm_address", True),
    "account/email/email_confirmation_signup": ("people/confirm_address", True),
    "account/email/password_reset_code": ("people/password_code", True),
    "account/email/unknown_account": ("people/no_account", False),
    "account/email/account_already_exists": ("people/account_exists", False),
}
# What changed in an account: told to its owner, kept in its history.
CHANGES = {
    "password_reset": _("A new password was set."),
    "password_changed": _("The password was changed."),
    "password_set": _("A password was set."),
    "email_changed": _("The mail address was changed."),
    "email_deleted": _("A mail address was removed."),
    "totp_activated": _("An authenticator app was added."),
    "totp_deactivated": _("The authenticator app was removed."),
    "recovery_codes_generated": _("New recovery codes were made."),
    "webauthn_added": _("A passkey was added."),
    "webauthn_removed": _("A passkey was removed."),
}
BEHIND_THE_SECOND_FACTOR = ("/desk/", "/cms/")


class Accounts(DefaultAccountAdapter):
    """Accounts as this house keeps them: our mails, our words, our ways to go on."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Mail address and password do not fit together."),
        "incorrect_code": _("This is not the code. Look at the newest mail."),
        "incorrect_password": _("This is not the password."),
        "enter_current_password": _("This is not the password."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
        "email_taken": _("There is an account with this mail address already."),
        "duplicate_email": _("There is an account with this mail address already."),
        "same_as_current": _("This is the address you have already."),
    }

    def new_user(self, request: HttpRequest) -> Person:
        return Person(language=get_language() or settings.LANGUAGE_CODE)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        language = get_language() or settings.LANGUAGE_CODE
        name = template_prefix.rpartition("/")[2]
        if name in CHANGES:
            kind, secret = "people/account_changed", False
            words = {"what": CHANGES[name], "at": timezone.now(), "ip": context.get("ip", "")}
        else:
            kind, secret = MAILS[template_prefix]
            sign_in = settings.KEPT_BASE_URL + reverse("account_login")
            sign_up = settings.KEPT_BASE_URL + reverse("account_signup")
            words = {"code": context.get("code", ""), "email": email, "sign_in_url": sign_in, "sign_up_url": sign_up}
        mail.send_at_once(mail.queue(kind, to=email, language=language, context=words, secret=secret))

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        name = template_prefix.rpartition("/")[2]
        history.record("person", user.pk, name, by=user, at=timezone.now())
        super().send_notification_mail(template_prefix, user, context, email)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return address_in("/desk/" if request.user.is_staff else "/my/", get_language() or "en")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return address_in("/", get_language() or "en")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:settings")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("people:settings") if self.request.user.is_authenticated else reverse("account_login")

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """A passkey first: who has one need not look for a code."""
        return sorted(super().get_reauthentication_methods(user), key=lambda way: "webauthn" not in way["id"])

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        records = get_authentication_records(request, user)
        if user.bounced_at and any(record.get("method") == "code" for record in records):
            address_works(user, at=timezone.now())  # the code arrived
        return super().post_login(request, user, **details)


class SecondFactors(DefaultMFAAdapter):
    """Names in authenticator apps and passkeys: the coalition's."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code. Look at the newest one."),
        "unverified_email": _("Sign in once with a code by mail, then come back."),
    }

    def encrypt(self, text: str) -> str:
        return _locked_with_secret_key().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _locked_with_secret_key().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # SECRET_KEY is another one than it was (docs/administrators/backup.md): no code fits, nobody can guess one.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_issuer(self) -> str:
        return installation().display_name

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  (allauth's name)
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return str(_("Passkey %(number)s") % {"number": number})

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": installation().display_name}


@receiver(authenticator_added)
def _shown_just_now(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **_more: Any) -> None:
    """Who adds a way to sign in has just shown that it is theirs: the next page does not ask for it again."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        details = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
        record_authentication(request, user, "mfa", **details)


def _locked_with_secret_key() -> MultiFernet:
    """Secrets of second factors lie in the database and in backups, and are of no use there without SECRET_KEY."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (HKDF(hashes.SHA256(), 32, salt=None, info=b"kept second factors").derive(key.encode()) for key in known)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


# Forms -----------------------------------------------------------------------------------------------


LABELS = {
    "email": _("Mail address"),
    "login": _("Mail address"),
    "password": _("Password"),
    "oldpassword": _("The password you have now"),
    "password1": _("New password"),
    "password2": _("The new password once more"),
}


class _Plain:
    """A form of allauth in the words of this house, without words inside its boxes."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark_required = False
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)


class SignInForm(_Plain, LoginForm):
    """A mail address; with a password beside it that is asked, without one a code is sent."""

    def clean(self) -> Any:
        cleaned = super().clean()
        know_address(self.user)
        return cleaned

    def _setup_password_field(self) -> None:
        self.fields["password"].required = False


class SignInByCodeForm(_Plain, RequestLoginCodeForm):
    """A mail address, where somebody asked for a code and nothing else."""

    def clean(self) -> Any:
        cleaned = super().clean()
        know_address(getattr(self, "_user", None))
        return cleaned


def know_address(person: Any) -> None:
    """Enter the address of an account that was not made by signing up, so that the code that comes back confirms it."""
    if person is not None:
        sync_user_email_address(person)


class SignUpForm(_Plain, forms.SignupForm):
    """Name and mail address."""


class AddressForm(_Plain, forms.AddEmailForm):
    """Another mail address."""


class ForgottenPasswordForm(_Plain, forms.ResetPasswordForm):
    """The mail address of an account whose password is forgotten."""


class NewPasswordForm(_Plain, forms.ResetPasswordKeyForm):
    """A new password for one that is forgotten."""


class ChangePasswordForm(_Plain, forms.ChangePasswordForm):
    """A new password for one that is known."""


class SetPasswordForm(_Plain, forms.SetPasswordForm):
    """The first password."""


class AskPasswordForm(_Plain, forms.ReauthenticateForm):
    """The password once more."""


class AppCodeForm(_Plain, AuthenticateForm):
    """A code from the app at sign-in."""


class AskAppCodeForm(_Plain, ReauthenticateForm):
    """A code from the app once more."""


class AddAppForm(_Plain, ActivateTOTPForm):
    """The first code from an app."""


class _Code(_Plain):
    """A code may be typed with the digits of any script."""

    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The code from the mail")
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}

    def clean_code(self) -> str:
        self.cleaned_data["code"] = western_digits(self.cleaned_data["code"])
        return super().clean_code()  # type: ignore[misc]


class SignInCodeForm(_Code, forms.ConfirmLoginCodeForm):
    """The code of a sign-in."""


class AddressCodeForm(_Code, forms.ConfirmEmailVerificationCodeForm):
    """The code that shows that a mail address is one's own."""


class PasswordCodeForm(_Code, forms.ConfirmPasswordResetCodeForm):
    """The code that lets one set a new password."""


def western_digits(text: str) -> str:
    """٤٢ → 42, for codes; whatever is no digit stays."""
    return "".join(str(unicodedata.digit(sign, sign)) for sign in text)


# The desk's second door ------------------------------------------------------------------------------


class SecondFactorOwed:
    """Staff without a second factor are no staff yet: led to set one up before the desk, powerless elsewhere.

    The mark on the person is what `is_secretariat` and `may_use_desk` ask for; it lives for this request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session there is nobody to ask for, and the page must not begin to vary by cookie.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and second_factor_is_owed(request.user):
            request.user.second_factor_owed = True  # type: ignore[union-attr]
            if address_in(request.path_info, "en").startswith(BEHIND_THE_SECOND_FACTOR):
                messages.warning(request, _("Set up a second way to show that it is you. Then the desk opens."))
                return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

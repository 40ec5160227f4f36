"""What administrators send."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from emulator.access.permissions import is_permission
from emulator.access.signing import check_public_key
from emulator.api.requests.params import Flag, Number, Skip, Wire
from emulator.world.apps import Product
from emulator.world.keys import KeyChange
from emulator.world.policy.admin import AVATAR_BYTES

Text = Annotated[str, StringConstraints(max_length=1_024)]
Texts = Annotated[list[Text], Field(max_length=200)]
_MILLISECONDS = 100_000_000_000
"""Times below are in seconds: the examples of suspendedUntil are, all other times of the API are in ms."""


class Page(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class Find(Wire):
    role: str | None = None
    feature: str | None = None
    status: Literal["ENABLED", "DISABLED"] | None = None


class Key(Wire):
    key: Annotated[str, StringConstraints(max_length=16_384)] | None = None
    action: Annotated[str, BeforeValidator(str.upper)] | None = None
    expirationDate: Number | None = None

    @field_validator("key")
    @classmethod
    def _public(cls, key: str | None) -> str | None:
        if key:
            check_public_key(key)
        return key


def key_change(current: Key | None, previous: Key | None) -> KeyChange:
    """What is asked to happen to the keys. A key without an action is one that was read before: nothing happens."""
    return KeyChange(
        current=current.action if current else None,
        key=current.key if current else None,
        previous=previous.action if previous else None,
        until=previous.expirationDate if previous else None,
    )


_USER = {
    "emailAddress": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "userName": "username",
    "displayName": "display_name",
    "department": "department",
    "division": "division",
    "title": "title",
    "workPhoneNumber": "work_phone",
    "mobilePhoneNumber": "mobile_phone",
    "twoFactorAuthPhone": "two_factor_phone",
    "smsNumber": "sms_number",
    "accountType": "account_type",
    "location": "location",
    "jobFunction": "job_function",
    "assetClasses": "asset_classes",
    "industries": "industries",
    "marketCoverage": "market_coverages",
    "responsibility": "responsibilities",
    "function": "functions",
    "instrument": "instruments",
}


class UserAttributes(Wire):
    emailAddress: Text | None = None
    firstName: Text | None = None
    lastName: Text | None = None
    userName: Text | None = None
    displayName: Text | None = None
    department: Text | None = None
    division: Text | None = None
    title: Text | None = None
    workPhoneNumber: Text | None = None
    mobilePhoneNumber: Text | None = None
    twoFactorAuthPhone: Text | None = None
    smsNumber: Text | None = None
    accountType: Literal["NORMAL", "SYSTEM"] | None = None
    location: Text | None = None
    jobFunction: Text | None = None
    assetClasses: Texts | None = None
    industries: Texts | None = None
    marketCoverage: Texts | None = None
    responsibility: Texts | None = None
    function: Texts | None = None
    instrument: Texts | None = None
    currentKey: Key | None = None
    previousKey: Key | None = None

    def attributes(self) -> dict[str, Any]:
        """What was given, in the world's words."""
        given = {name: getattr(self, wire) for wire, name in _USER.items()}
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
            if value is not None
        }

    def keys(self) -> KeyChange:
        return key_change(self.currentKey, self.previousKey)


class UserCreate(Wire):
    userAttributes: UserAttributes
    roles: Texts = Field(default_factory=list)


class Status(Wire):
    status: Literal["ENABLED", "DISABLED"]


class Suspension(Wire):
    suspended: bool
    suspendedUntil: Number | None = None
    suspensionReason: Text | None = None

    def until(self) -> int | None:
        """Until when, in ms."""
        given = self.suspendedUntil
        return given * 1000 if given is not None and given < _MILLISECONDS else given


class Feature(Wire):
    entitlment: Text
    enabled: bool


Features = Annotated[list[Feature], Field(max_length=200)]


class RoleId(Wire):
    id: Text


class Picture(Wire):
    image: Annotated[str, StringConstraints(max_length=AVATAR_BYTES * 4 // 3 + 8)]

    def content(self) -> bytes:
        """The image; ValueError where it is none."""
        try:
            content = base64.b64decode(self.image, validate=True)
        except binascii.Error as error:
            raise ValueError(f"the image is not in Base64: {error}") from None
        if not content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
            raise ValueError("the image is neither PNG nor JPEG nor GIF")
        return content


class Delegate(Wire):
    userId: Number
    action: Literal["ADD", "REMOVE"]


UserIds = Annotated[list[Number], Field(min_length=1, max_length=1_000)]


class Protocol(Wire):
    scheme: Text


AppId = Annotated[str, StringConstraints(min_length=1, max_length=256)]


def _permission(name: str) -> str:
    if not is_permission(name):
        raise ValueError(f"'{name[:64]}' is no permission: capitals, digits and _ are allowed, 64 at most")
    return name


class AppInfo(Wire):
    appId: AppId | None = None
    name: Text | None = None
    appUrl: Text | None = None
    domain: Text | None = None
    publisher: Text | None = None


class AppKeys(Wire):
    current: Key | None = None
    previous: Key | None = None


class Notification(Wire):
    url: Text
    apiKey: Text = ""


class Property(Wire):
    key: Annotated[str, StringConstraints(max_length=1_024)]
    value: Annotated[str, StringConstraints(max_length=4_096)]


class AppDetail(Wire):
    applicationInfo: AppInfo = AppInfo()
    iconUrl: Text | None = None
    description: Text | None = None
    allowOrigins: Text | None = None
    permissions: Annotated[list[Annotated[str, BeforeValidator(_permission)]], Field(max_length=200)] | None = None
    cert: Annotated[str, StringConstraints(max_length=16_384)] | None = None
    authenticationKeys: AppKeys = AppKeys()
    notification: Notification | None = None
    properties: Annotated[list[Property], Field(max_length=1_000)] | None = None

    def attributes(self) -> dict[str, Any]:
        """What was given, in the world's words."""
        info = self.applicationInfo
        given: dict[str, Any] = {
            "name": info.name,
            "url": info.appUrl,
            "domain": info.domain,
            "publisher": info.publisher,
            "icon_url": self.iconUrl,
            "description": self.description,
            "allow_origins": self.allowOrigins,
            "permissions": None if self.permissions is None else frozenset(self.permissions),
            "certificate": self.cert,
            "notification": None if self.notification is None else (self.notification.url, self.notification.apiKey),
            "properties": None
            if self.properties is None
            else tuple((each.key, each.value) for each in self.properties),
        }
        return {name: value for name, value in given.items() if value is not None}

    def keys(self) -> KeyChange:
        return key_change(self.authenticationKeys.current, self.authenticationKeys.previous)


class PodEntitlement(Wire):
    appId: AppId
    appName: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    enable: bool
    listed: bool
    install: bool

    def change(self) -> tuple[str, dict[str, Any]]:
        return self.appId, {
            "name": self.appName,
            "enabled": self.enable,
            "listed": self.listed,
            "automatic": self.install,
        }


PodEntitlements = Annotated[list[PodEntitlement], Field(max_length=1_000)]


class AppProduct(Wire):
    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    type: Text
    subscribed: bool
    sku: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None

    def product(self) -> Product:
        return Product(name=self.name, type=self.type, subscribed=self.subscribed, sku=self.sku)


class UserEntitlement(Wire):
    appId: AppId
    listed: bool
    install: bool
    products: Annotated[list[AppProduct], Field(max_length=100)] | None = None

    def change(self) -> tuple[str, dict[str, Any]]:
        change: dict[str, Any] = {"listed": self.listed, "install": self.install}
        if self.products is not None:
            change["products"] = tuple(each.product() for each in self.products)
        return self.appId, change


UserEntitlements = Annotated[list[UserEntitlement], Field(max_length=1_000)]

_Choice = Literal["TRUE", "FALSE", "KEEP", "REMOVE"]
_CHOICES: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "REMOVE": None}


class UserEntitlementPatch(Wire):
    appId: AppId
    listed: _Choice = "KEEP"
    install: _Choice = "KEEP"
    product: AppProduct | None = None

    def change(self) -> tuple[str, dict[str, Any]]:
        change: dict[str, Any] = {}
        for name, choice in (("listed", self.listed), ("install", self.install)):
            if choice != "KEEP":
                change[name] = _CHOICES[choice]
        if self.product is not None:
            change["products"] = (self.product.product(),)
        return self.appId, change


UserEntitlementPatches = Annotated[list[UserEntitlementPatch], Field(max_length=1_000)]


class PastMembers(Wire):
    includePastMembers: Flag = False

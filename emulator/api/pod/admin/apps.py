"""Apps: made, changed, deleted, and for whom they are (production/auth.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import ACT_AS_USER
from emulator.api.pod.admin.shapes import KeyAnswer
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.admin import AppDetail, PodEntitlement, UserEntitlement, UserEntitlementPatch
    from emulator.world.apps import App, Installation


class InfoAnswer(TypedDict, total=False):
    appId: str
    name: str
    appUrl: str
    domain: str
    publisher: str


class KeysAnswer(TypedDict, total=False):
    current: KeyAnswer
    previous: KeyAnswer


class NotificationAnswer(TypedDict):
    url: str
    apiKey: str


class PropertyAnswer(TypedDict):
    key: str
    value: str


class AppAnswer(TypedDict, total=False):
    applicationInfo: InfoAnswer
    iconUrl: str
    description: str
    allowOrigins: str
    permissions: list[str]
    cert: str
    authenticationKeys: KeysAnswer
    notification: NotificationAnswer
    properties: list[PropertyAnswer]


def _answer(app: App) -> AppAnswer:
    info: InfoAnswer = {"appId": app.id, "name": app.name}
    if app.url:
        info["appUrl"] = app.url
    if app.domain:
        info["domain"] = app.domain
    if app.publisher:
        info["publisher"] = app.publisher
    answer: AppAnswer = {"applicationInfo": info, "permissions": sorted(app.permissions)}
    if app.icon_url:
        answer["iconUrl"] = app.icon_url
    if app.description:
        answer["description"] = app.description
    if app.allow_origins:
        answer["allowOrigins"] = app.allow_origins
    if app.certificate:
        answer["cert"] = app.certificate
    keys: KeysAnswer = {}
    if app.public_key:
        keys["current"] = {"key": app.public_key}
    if app.previous_key:
        keys["previous"] = {"key": app.previous_key, "expirationDate": app.previous_key_until or 0}
    if keys:
        answer["authenticationKeys"] = keys
    if app.notification:
        answer["notification"] = {"url": app.notification[0], "apiKey": app.notification[1]}
    if app.properties:
        answer["properties"] = [{"key": key, "value": value} for key, value in app.properties]
    return answer


@endpoint("POST", "/pod/v1/admin/app/create", body="admin:AppDetail", returns="ApplicationDetail")
def create_app(call: Call) -> AppAnswer:
    """A new app. It acts for users once it is enabled and installed."""
    asked: AppDetail = call.body
    app_id = asked.applicationInfo.appId
    if app_id is None:
        raise Invalid("applicationInfo.appId is missing")
    attributes = asked.attributes()
    attributes["permissions"] = attributes.get("permissions", frozenset()) | {ACT_AS_USER}
    return _answer(call.world.app_admin.create(call.user, app_id, attributes, asked.keys()))


@endpoint("POST", "/pod/v1/admin/app/{id}/update", body="admin:AppDetail", returns="ApplicationDetail")
def update_app(call: Call) -> AppAnswer:
    """What is given of an app changed."""
    asked: AppDetail = call.body
    if asked.applicationInfo.appId not in (None, call.path["id"]):
        raise Invalid("the id of an app cannot be changed")
    return _answer(call.world.app_admin.update(call.user, call.path["id"], asked.attributes(), asked.keys()))


@endpoint("POST", "/pod/v1/admin/app/{id}/delete", returns="SuccessResponse")
def delete_app(call: Call) -> Success:
    """Take an app out of the pod."""
    call.world.app_admin.delete(call.user, call.path["id"])
    return success("OK")


@endpoint("GET", "/pod/v1/admin/app/{id}/get", returns="ApplicationDetail")
def get_app(call: Call) -> AppAnswer:
    """An app."""
    return _answer(call.world.app_admin.seen_by(call.user, call.path["id"]))


# --- for whom ---


class PodEntitlementAnswer(TypedDict):
    appId: str
    appName: str
    enable: bool
    listed: bool
    install: bool


def _pod_answer(apps: list[App]) -> list[PodEntitlementAnswer]:
    return [
        {
            "appId": app.id,
            "appName": app.name[:50],
            "enable": app.enabled,
            "listed": app.listed,
            "install": app.automatic,
        }
        for app in apps
    ]


@endpoint("GET", "/pod/v1/admin/app/entitlement/list", returns="PodAppEntitlementList")
def pod_entitlements(call: Call) -> list[PodEntitlementAnswer]:
    """Which apps the company has enabled, and installs for everybody."""
    return _pod_answer(call.world.app_admin.entitled_in_pod(call.user))


@endpoint("POST", "/pod/v1/admin/app/entitlement/list", body="admin:PodEntitlements", returns="PodAppEntitlementList")
def update_pod_entitlements(call: Call) -> list[PodEntitlementAnswer]:
    """Enable, list and install apps for the company."""
    asked: list[PodEntitlement] = call.body
    return _pod_answer(call.world.app_admin.entitle_pod(call.user, [each.change() for each in asked]))


class ProductAnswer(TypedDict, total=False):
    appId: str
    name: str
    sku: str
    subscribed: bool
    type: str


class UserEntitlementAnswer(TypedDict, total=False):
    appId: str
    appName: str
    listed: bool
    install: bool
    products: list[ProductAnswer]


def _user_answer(found: list[tuple[App, Installation]]) -> list[UserEntitlementAnswer]:
    answers: list[UserEntitlementAnswer] = []
    for app, chosen in found:
        answer: UserEntitlementAnswer = {
            "appId": app.id,
            "appName": app.name[:50],
            "listed": app.listed if chosen.listed is None else chosen.listed,
            "install": app.automatic if chosen.install is None else chosen.install,
        }
        if chosen.products:
            answer["products"] = []
            for each in chosen.products:
                product: ProductAnswer = {
                    "appId": app.id,
                    "name": each.name,
                    "subscribed": each.subscribed,
                    "type": each.type,
                }
                if each.sku:
                    product["sku"] = each.sku
                answer["products"].append(product)
        answers.append(answer)
    return answers


@endpoint("GET", "/pod/v1/admin/user/{uid}/app/entitlement/list", returns="UserAppEntitlementList")
def user_entitlements(call: Call) -> list[UserEntitlementAnswer]:
    """Which apps a user has."""
    return _user_answer(call.world.app_admin.entitled(call.user, call.number("uid")))


@endpoint(
    "POST",
    "/pod/v1/admin/user/{uid}/app/entitlement/list",
    body="admin:UserEntitlements",
    returns="UserAppEntitlementList",
)
def update_user_entitlements(call: Call) -> list[UserEntitlementAnswer]:
    """List and install apps for a user."""
    asked: list[UserEntitlement] = call.body
    return _user_answer(call.world.app_admin.entitle(call.user, call.number("uid"), [each.change() for each in asked]))


@endpoint(
    "PATCH",
    "/pod/v1/admin/user/{uid}/app/entitlement/list",
    body="admin:UserEntitlementPatches",
    returns="UserAppEntitlementList",
)
def patch_user_entitlements(call: Call) -> list[UserEntitlementAnswer]:
    """Change single things of what a user has of apps."""
    asked: list[UserEntitlementPatch] = call.body
    return _user_answer(call.world.app_admin.entitle(call.user, call.number("uid"), [each.change() for each in asked]))

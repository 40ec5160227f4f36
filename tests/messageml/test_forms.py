"""Forms and their controls, ui-actions and dialogs."""

from __future__ import annotations

import pytest

BUTTON = '<button name="b">Go</button>'
SENT = '<button type="action" name="b">Go</button>'


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (
            '<text-field name="n" masked="TRUE" required="true" maxlength="9" auto-submit="true">v</text-field>',
            '<input type="text" name="n" required="true" data-masked="TRUE" maxlength="9" '
            'data-auto-submit="true" value="v"/>',
        ),
        (
            '<text-field name="n" label="L" title="T"/>',
            '<div class="textfield-group" data-generated="true"><label for="textfield-R1">L</label><span '
            'class="info-hint" '
            'data-target-id="textfield-R1" data-title="T"></span><input type="text" name="n" id="textfield-R1"/></div>',
        ),
        (
            '<textarea name="n" cols="2" formnovalidate="true" pattern="a+" pattern-error-message="m">a\nb</textarea>',
            '<textarea cols="2" data-formnovalidate="true" name="n" pattern="a+" '
            'data-pattern-error-message="m">a\nb</textarea>',
        ),
        (
            '<richtextarea name="n" required="true"/>',
            '<textarea name="n" data-richtext="true" required="true"></textarea>',
        ),
        ('<checkbox name="n" checked="true"/>', '<input type="checkbox" name="n" checked="true" value="on"/>'),
        (
            '<radio name="n" value="v"><b>x</b></radio>',
            '<div class="radio-group"><input type="radio" name="n" value="v" id="radio-group-R1"/>'
            '<label for="radio-group-R1"><b>x</b></label></div>',
        ),
        (
            '<select name="n" multiple="true" min="1" max="2"><option value="a" selected="true">A</option></select>',
            '<select data-max="2" data-min="1" multiple="true" name="n"><option selected="true" '
            'value="a">A</option></select>',
        ),
        (
            '<room-selector name="n" value="[\'a\']"/>',
            '<div class="room-selector" data-name="n" data-value="[\'a\']"></div>',
        ),
        (
            '<date-picker name="n" disabled-date=\'[{"to":"2020-01-02","from":"2020-01-01"},{"daysOfWeek":[0,6]}]\'/>',
            '<input type="date" name="n" data-disabled-date=\'[{"type":"range","from":"2020-01-01","to":"2020-01-02"},'
            '{"type":"weekdays","daysOfWeek":[0,6]}]\'></input>',
        ),
        (
            '<time-picker name="n" step="600" strict="true" format="hh:mm a" disabled-time=\'[{"time":"10:00:00"}]\'/>',
            '<input type="time" name="n" step="600" data-format="hh:mm a" data-strict="true" '
            'data-disabled-time=\'[{"type":"time","time":"10:00:00"}]\'/>',
        ),
        (
            '<timezone-picker name="n" value="" disabled-timezone=\'["Europe/Paris", "GMT+2"]\'/>',
            '<div class="timezone-picker" data-name="n" data-value="" '
            'data-disabled-timezone=\'["Europe/Paris","GMT+2"]\'></div>',
        ),
        (
            '<button name="c" type="cancel" class="primary-destructive" icon="i" title="t">C</button>',
            '<button type="cancel" class="primary" data-icon="i" name="c" data-title="t">C</button>',
        ),
    ],
)
def test_is_printed(shown, done, control: str, expected: str) -> None:
    form = f'<form id="f">{control}{BUTTON}</form>'
    assert shown(form) == f'<form id="f">{expected}{SENT}</form>'
    assert done(form).forms == ("f",)


@pytest.mark.parametrize(
    ("control", "error"),
    [
        ("<text-field/>", 'The attribute "name" is required'),
        ('<text-field name=" "/>', 'The attribute "name" is required'),
        ('<text-field name="n" class="x"/>', 'Attribute "class" is not allowed in "text-field"'),
        ('<text-field name="n" maxlength="129"/>', 'The attribute "maxlength" must be between 1 and 128'),
        ('<text-field name="n" minlength="x"/>', 'The attribute "minlength" must be a valid number.'),
        (
            '<text-field name="n" maxlength="2">abc</text-field>',
            "The length of this text-field's initial value must be between 1 and 2",
        ),
        (
            '<text-field name="n" pattern="a"/>',
            'The attribute "pattern-error-message" is mandatory when attribute "pattern" is defined',
        ),
        ('<text-field name="n" pattern="a{" pattern-error-message=""/>', 'The regex "a{" is not valid'),
        (f'<text-field name="n" label="{"x" * 257}"/>', "The attribute label value is too long. Max length is: 256"),
        ('<textarea name="n" rows="-1"/>', 'Attribute "rows" is not valid, it must be an integer >= 0'),
        (
            '<select name="n"/>',
            'The "select" element must have at least one child that is any of the following elements: [option].',
        ),
        (
            '<select name="n" min="1"><option value="">x</option></select>',
            'Attribute "min" is not allowed. Attribute "multiple" missing',
        ),
        (
            '<person-selector name="n" value="[a]"/>',
            'Attribute "value" contains an unsupported format, should be an array of user ids',
        ),
        ('<date-picker name="n" value="2020-1-1"/>', 'Attribute "value" has invalid date format'),
        (
            '<date-picker name="n" disabled-date=\'[{"from":"2020-01-01"}]\'/>',
            "Date interval 'type' is unknown or null",
        ),
        ('<date-picker name="n" disabled-date=\'[{"daysOfWeek":[7]}]\'/>', "'daysOfWeek' out of range [0-6]"),
        ('<time-picker name="n" step="1"/>', 'Attribute "step" must be less than "43200" and more than "600".'),
        ('<time-picker name="n" format="hhh"/>', 'Attribute "format" contains an invalid time format'),
        (
            '<time-picker name="n" min="24:00:01"/>',
            'Attribute "min" has invalid time format, only HH:mm:ss format is allowed',
        ),
        ('<timezone-picker name="n" value="Mars/X"/>', 'Attribute "value" contains an invalid timezone: Mars/X'),
        ("<button>x</button>", 'Attribute "name" is required for action buttons'),
        ('<button type="reset" name="n">x</button>', 'Attribute "name" is allowed for action buttons only'),
        ('<button type="go" name="n">x</button>', 'Attribute "type" must be "action", "reset" or "cancel"'),
        ('<form id="g"/>', 'Element "form" cannot be an inner child of the following elements: [form]'),
        ("<option/>", 'The attribute "value" is required'),
    ],
)
def test_control_is_refused(refused, control: str, error: str) -> None:
    assert refused(f'<form id="f">{control}{BUTTON}</form>') == error


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('<form id="f"/>', "The form with id 'f' should have at least one action button"),
        (f"<form>{BUTTON}</form>", 'The attribute "id" is required'),
        (
            f'<form id="f">{BUTTON}</form><form id="f">{BUTTON}</form>',
            "Elements must have unique ids. The following value is not unique: [f].",
        ),
        ('<checkbox name="n"/>', 'Element "checkbox" can only be a inner child of the following elements: [form]'),
        (
            "<button>x</button>",
            'Element "button" can only be a inner child of the following elements: [form, uiaction]',
        ),
        ("<title/>", 'Element "title" can only be a child of the following elements: [dialog]'),
        ('<dialog id="a b"/>', 'The attribute "id" is required and must not contain any whitespace'),
        (
            '<dialog id="d"><title/></dialog>',
            'The "dialog" element must have at least one child that is any of the following elements: [body].',
        ),
        ('<dialog id="d"><title class="x"/><body/></dialog>', 'Element "title" may not have attributes'),
        (
            '<ui-action action="open-im"><button>x</button></ui-action>',
            'At least one between "stream-id" and "user-ids" should be present',
        ),
        (
            f'<ui-action action="open-im" user-ids="{list(range(16))}"><button>x</button></ui-action>',
            'Attribute "user-ids" contains more values than allowed. Max value is 15',
        ),
        (
            '<ui-action action="open-dialog" target-id="d"><button>x</button></ui-action>',
            "ui-action with a target-id must have only one dialog sibling with a matching id",
        ),
    ],
)
def test_is_refused(refused, content: str, error: str) -> None:
    assert refused(content) == error


def test_fifty_boxes_of_each_kind(shown, refused) -> None:
    boxes = '<checkbox name="n"/><radio name="m"/>' * 50
    assert shown(f'<form id="f">{boxes}{BUTTON}</form>').count("<input") == 100
    assert refused(f'<form id="f">{boxes}<radio name="m"/>{BUTTON}</form>') == (
        'Element "form" cannot have more than 50 children of the following elements: [checkbox, radio].'
    )


def test_an_action_opens_its_dialog(shown) -> None:
    action = '<ui-action action="open-dialog" target-id="d"><button>x</button></ui-action>'
    dialog = '<dialog id="d"><form id="f"><title>t</title><body>b</body></form></dialog>'
    assert shown(action + dialog) == (
        '<div class="ui-action" data-action="open-dialog" data-trigger="click" '
        'data-target-id="R1-d"><button>x</button></div>'
        '<dialog data-width="medium" data-state="close" id="R1-d" open=""><form id="f"><div '
        'class="dialog-title">t</div>'
        '<div class="dialog-body">b</div></form></dialog>'
    )

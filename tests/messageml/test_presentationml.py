"""PresentationML as input."""

from __future__ import annotations

import pytest


def pml(content: str) -> str:
    return f'<div data-format="PresentationML" data-version="2.0">{content}</div>'


def test_the_root(done, refused) -> None:
    kept = done('<div data-format="presentationml" data-version="x" class="wysiwyg" style="color:red">a</div>')
    assert kept.presentationml == '<div data-format="PresentationML" data-version="x">a</div>'
    wanted = 'Malformed PresentationML. The attributes "data-format" and "data-version" are required.'
    assert refused('<div data-format="PresentationML">a</div>') == wanted
    assert refused('<div data-format="x" data-version="2.0">a</div>') == wanted
    assert done('<div data-format="PresentationML">a</div>', version="4").presentationml.count('data-version="4"') == 1
    assert refused('<div data-format="PresentationML" id="a"/>') == 'Attribute "id" is not allowed in "messageML"'


@pytest.mark.parametrize("tag", ["chime", "hash", "cash", "mention", "card", "expandable-card", "header", "body"])
def test_shorthand_is_refused(refused, tag: str) -> None:
    assert refused(pml(f"<{tag}/>")) == f'Shorthand tag "{tag}" is not allowed in PresentationML'


def test_labels_and_hints_go_back_to_their_control(shown) -> None:
    group = (
        '<div class="textfield-group" data-generated="true"><label for="i">L</label>'
        '<span class="info-hint" data-target-id="i" data-title="T"></span><input type="text" name="n" id="i"/></div>'
    )
    button = '<button type="action" name="b">Go</button>'
    assert shown(pml(f'<form id="f">{group}{button}</form>')) == (
        '<form id="f"><div class="textfield-group" data-generated="true"><label for="textfield-R1">L</label>'
        '<span class="info-hint" data-target-id="textfield-R1" data-title="T"></span>'
        f'<input type="text" name="n" id="textfield-R1"/></div>{button}</form>'
    )


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (
            '<input type="text" name="n" value="v" data-masked="true"/>',
            '<input type="text" name="n" data-masked="true" value="v"/>',
        ),
        ('<input type="radio" name="n"/>', '<input type="radio" name="n" value="on"/>'),
        (
            '<div class="checkbox-group"><input type="checkbox" name="n"/><label>x</label></div>',
            '<div class="checkbox-group"><input type="checkbox" name="n" value="on" id="checkbox-group-R1"/>'
            '<label for="checkbox-group-R1">x</label></div>',
        ),
        ('<div class="person-selector" data-name="n"/>', '<div class="person-selector" data-name="n"></div>'),
        ('<input type="date" name="n" data-format="dd"/>', '<input type="date" name="n" data-format="dd"></input>'),
        ('<div class="timezone-picker" data-name="n"/>', '<div class="timezone-picker" data-name="n"></div>'),
    ],
)
def test_controls(shown, control: str, expected: str) -> None:
    button = '<button type="action" name="b">Go</button>'
    assert shown(pml(f'<form id="f">{control}{button}</form>')) == f'<form id="f">{expected}{button}</form>'


@pytest.mark.parametrize(
    ("control", "error"),
    [
        ('<checkbox name="n"/>', 'Invalid PresentationML for the "checkbox" element'),
        (
            '<div class="radio-group"><input type="radio" name="n"/></div>',
            'Invalid PresentationML for the "radio" element',
        ),
        ('<person-selector name="n"/>', 'The attribute "name" is required'),
        ('<input type="password"/>', 'The input type "password" is not allowed on PresentationML'),
        ('<input type="text" name="n" foo="x"/>', 'Attribute "foo" is not allowed in "text-field"'),
        ('<input type="text" name="n"> </input>', 'Element "text-field" may not have child elements or text content'),
    ],
)
def test_controls_refused(refused, control: str, error: str) -> None:
    assert refused(pml(f'<form id="f">{control}</form>')) == error


def test_dialog_spells_its_parts_as_divs(shown, refused) -> None:
    parts = '<div class="dialog-title">t</div><div class="dialog-body">b</div>'
    assert shown(pml(f'<dialog id="d" open="">{parts}</dialog>')) == (
        f'<dialog data-width="medium" data-state="close" id="R1-d" open="">{parts}</dialog>'
    )
    assert refused(pml('<dialog id="d"><title/></dialog>')).endswith("[title,body].")

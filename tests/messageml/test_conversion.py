"""What messages become, part by part; the texts are those that clients see."""

from __future__ import annotations

import contextlib
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.messageml import InvalidMessage, convert


class Users:
    def by_id(self, user_id: int) -> Any:
        return BOB if user_id == 7 else None

    def by_email(self, email: str) -> Any:
        return BOB if email.lower() == "bob@acme.example" else None


BOB = SimpleNamespace(id=7, display_name="Bob <Brown>", email="bob@acme.example", username="bob")
OUTER = '<div data-format="PresentationML" data-version="2.0">'
FORM = '<form id="f">{}<button name="ok">Send</button></form>'


def inside(message: str, data: str | None = None) -> str:
    """What stands inside the root, with generated ids made plain."""
    done = convert(f"<messageML>{message}</messageML>", data, users=Users()).presentationml
    assert done.startswith(OUTER)
    return re.sub(r"-[0-9A-Za-z_-]{12}\b", "-ID", done.removeprefix(OUTER).removesuffix("</div>"))


def refused(message: str, data: str | None = None) -> str:
    with pytest.raises(InvalidMessage) as error:
        convert(message, data, users=Users())
    return str(error.value)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\n\n  b", "a   b"),
        ("<b>x</b><i>y</i><br/><hr/>", "<b>x</b><i>y</i><br/><hr/>"),
        ("\"q\" & 's'".replace("&", "&amp;"), "&quot;q&quot; &amp; 's'"),
        ("<p></p>", "<p></p>"),
        ("<pre>a\nb</pre>", "<pre>a\nb</pre>"),
        ('<a href="https://x.example"/>', '<a href="https://x.example">https://x.example</a>'),
        ('<code language="python">a\nb</code>', '<code data-language="python">a\nb</code>'),
        ('<td rowspan="007">x</td>', '<td rowspan="7">x</td>'),
        ("<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
        ("<chime/>", '<audio src="https://asset.symphony.com/symphony/audio/chime.mp3" autoplay="true"/>'),
        (
            '<card iconSrc="i" class="barStyle"><header>h</header><body>b</body></card>',
            '<div class="card barStyle" data-icon-src="i"><div class="cardHeader">h</div><div class="cardBody">b</div>'
            "</div>",
        ),
        (
            '<expandable-card state="cropped"><body variant="error">b</body></expandable-card>',
            '<div class="expandable-card" data-state="cropped"><div class="expandableCardBody" data-variant="error">b'
            "</div></div>",
        ),
        ("${1 + 2} ${'a'?upper_case}", "3 A"),
        ("<#list ['a','b'] as x>${x}${x?counter}<#sep>,</#list>", "a1,b2"),
        ("<#if 1 == 2>no<#else>yes</#if>", "yes"),
        ("<#assign n = 1234567>${n} ${n?c}", "1,234,567 1234567"),
    ],
)
def test_what_is_written_and_what_is_shown(written: str, shown: str) -> None:
    assert inside(written) == shown


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("", "Error parsing message: the message cannot be null or empty"),
        ("Hello", "Invalid messageML: Content is not allowed in prolog."),
        ("<x/>", "Root tag must be <messageML> or <div>"),
        ("<messageML>a", "Invalid messageML: XML document structures must start and end within the same entity."),
        (
            "<messageML><b>x</messageML>",
            'Invalid messageML: The element type "b" must be terminated by the matching end-tag "</b>".',
        ),
        (
            "<messageML>a & b</messageML>",
            "Invalid messageML: The entity name must immediately follow the '&' in the entity reference.",
        ),
        (
            "<messageML>&nbsp;</messageML>",
            'Invalid messageML: The entity "nbsp" was referenced, but not declared.',
        ),
        (
            "<!DOCTYPE x><messageML/>",
            "Invalid messageML: DOCTYPE is disallowed when the feature"
            ' "http://apache.org/xml/features/disallow-doctype-decl" set to true.',
        ),
        ("<messageML><!-- c --></messageML>", 'Invalid element "#comment"'),
        ("<messageML><B>x</B></messageML>", 'Invalid MessageML content at element "B"'),
        ('<messageML><b foo="1">x</b></messageML>', 'Attribute "foo" is not allowed in "b"'),
        ('<messageML><p style="colour:red"/></messageML>', 'Invalid property(s): [colour] in the "style" attribute'),
        ("<messageML><b><p/></b></messageML>", 'Element "p" is not allowed in "b"'),
        (
            "<messageML><li/></messageML>",
            'Element "li" can only be a child of the following elements: [orderedlist, bulletlist]',
        ),
        ('<messageML><a href="ftp://x.example"/></messageML>', 'URI scheme "ftp" is not supported by the pod.'),
        ('<messageML><a href="x"/></messageML>', 'The attribute "href" must contain an absolute URI'),
        ("<messageML><mention/></messageML>", "Error processing user mention. No id or email provided"),
        ('<messageML><mention uid="8"/></messageML>', 'Failed to lookup user "8"'),
        ('<messageML><mention uid="x"/></messageML>', 'Invalid input: uid must be a int64 value not "x"'),
        ("<messageML><form/></messageML>", 'The attribute "id" is required'),
        ('<messageML><form id="f"/></messageML>', "The form with id 'f' should have at least one action button"),
        (
            '<messageML><text-field name="a"/></messageML>',
            'Element "text-field" can only be a inner child of the following elements: [form]',
        ),
        ("<messageML>a<chime/></messageML>", "Chime messages may not have any other content"),
        (
            '<div data-format="PresentationML" data-version="2.0"><hash tag="x"/></div>',
            'Shorthand tag "hash" is not allowed in PresentationML',
        ),
        ("<div>x</div>", 'Malformed PresentationML. The attributes "data-format" and "data-version" are required.'),
        (
            "<messageML>${nothing}</messageML>",
            "Error parsing Freemarker template: invalid input at line 1, column 14",
        ),
        (
            '<messageML><div class="entity" data-entity-id="x"/></messageML>',
            'Error processing EntityJSON: no entity data provided for "data-entity-id"="x"',
        ),
    ],
)
def test_why_a_message_is_refused(message: str, text: str) -> None:
    assert refused(message) == text


def test_tags_and_mentions_go_into_the_data() -> None:
    done = convert(
        '<messageML><mention email="BOB@acme.example"/> <hash tag="rates"/> <cash tag="ibm"/> buy now</messageML>',
        '{"mine": {"type": "a", "version": "1"}}',
        users=Users(),
    )
    assert '<span class="entity" data-entity-id="mention1">@Bob &lt;Brown&gt;</span>' in done.presentationml
    data = json.loads(done.data)
    assert list(data) == ["mine", "mention1", "keyword2", "keyword3"]
    assert data["mention1"]["id"] == [{"type": "com.symphony.user.userId", "value": "7"}]
    assert (done.hashtags, done.cashtags, done.mentions, done.entities) == (("rates",), ("ibm",), (7,), 3)
    assert done.words == ("buy", "now")


def test_entities_of_the_sender_stay_and_known_ones_are_shown_anew() -> None:
    data = json.dumps(
        {"k": {"type": "org.symphonyoss.taxonomy", "version": "1.0", "id": [{"type": "t", "value": "real"}]}}
    )
    assert inside('<span class="entity" data-entity-id="k">fake</span>', data) == (
        '<span class="entity" data-entity-id="k">#real</span>'
    )


def test_a_form_with_labels() -> None:
    assert inside(FORM.format('<text-field name="a" label="L">x</text-field>')) == (
        '<form id="f"><div class="textfield-group" data-generated="true"><label for="textfield-ID">L</label>'
        '<input type="text" name="a" value="x" id="textfield-ID"/></div>'
        '<button type="action" name="ok">Send</button></form>'
    )


def test_presentationml_comes_back_as_it_was() -> None:
    sent = f'{OUTER}<p>a <b>b</b></p><div class="card barStyle"><div class="cardBody">x</div></div></div>'
    assert convert(sent).presentationml == sent


def test_a_dialog_gets_the_id_of_its_action() -> None:
    shown = inside(
        '<ui-action action="open-dialog" target-id="d"><button>Go</button></ui-action>'
        '<dialog id="d"><title>t</title><body>b</body></dialog>'
    )
    found = re.findall(r'(?:data-target-id|id)="([^"]+)"', shown)
    assert len(found) == 2
    assert found[0] == found[1]


# --- hostile input: a clean answer or a clean refusal, soon ---


@pytest.mark.parametrize(
    "message",
    [
        "<messageML>" + "<p>" * 5_000 + "</p>" * 5_000 + "</messageML>",
        "<messageML>" + "${" * 1_000 + "</messageML>",
        "<messageML><#list 1..1000000000 as x>a</#list></messageML>",
        "<messageML><#list 1..100000 as x><#list 1..100000 as y>a</#list></#list></messageML>",
        "<messageML><#macro m><@m/></#macro><@m/></messageML>",
        "<messageML><#assign s='aaaaaaaaaa'><#list 1..60 as x><#assign s=s+s></#list>${s}</messageML>",
        "<messageML>${" + "(" * 5_000 + "1" + ")" * 5_000 + "}</messageML>",
        "<messageML>${" + "!" * 5_000 + "true}</messageML>",
        "<messageML>${1/0}${9?left_pad(99999999999)}</messageML>",
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><messageML>&b;</messageML>',
        '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><messageML>&x;</messageML>',
        "<messageML>\x00</messageML>",
        "<messageML>\ud800</messageML>",
    ],
)
def test_hostile_messages_are_refused(message: str) -> None:
    refused(message)


def test_deep_data_is_refused() -> None:
    refused("<messageML>a</messageML>", '{"a":' * 3_000 + "1" + "}" * 3_000)
    refused("<messageML>a</messageML>", '{"a":' * 200 + "1" + "}" * 200)


PIECES = st.sampled_from(
    "<b> </b> <p> </p> <div> </div> <form id='f'> </form> <mention uid='7'/> <hash tag='x'/> <card> </card> <header>"
    " </header> <#if true> </#if> <#list [1] as x> </#list> ${x} ${entity.a!} <@m/> & &amp; < > \" ' ]]> <!-- -->"
    " <![CDATA[ <?x ?> <dialog id='d'> </dialog> <select name='s'> <option value='1'> </select> <input type='text'/>"
    " <span class='entity' data-entity-id='e'> </span> text é".split()
)


@settings(max_examples=300, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.text(max_size=5), max_size=20), st.booleans())
def test_whatever_is_sent_the_answer_is_clean(pieces: list[str], pml: bool) -> None:
    root = (OUTER, "</div>") if pml else ("<messageML>", "</messageML>")
    with contextlib.suppress(InvalidMessage):
        done = convert(root[0] + "".join(pieces) + root[1], '{"e": {"type": "x"}, "a": 1}', users=Users())
        json.loads(done.data)
        assert done.presentationml.startswith("<div data-format=")


@settings(max_examples=150, deadline=2_000)
@given(st.text(max_size=200), st.text(max_size=50) | st.none())
def test_any_text_is_answered_cleanly(message: str, data: str | None) -> None:
    with contextlib.suppress(InvalidMessage):
        assert convert(message, data).presentationml

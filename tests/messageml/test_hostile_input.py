"""Whatever comes in, a clean answer or InvalidMessage comes out, soon."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.messageml import Converted, InvalidMessage, convert
from emulator.messageml.names import names

QUICK = settings(max_examples=250, deadline=10_000, suppress_health_check=list(HealthCheck))
TAGS = names(
    """p div span b i u a br hr img ul ol li table thead tbody tr td th code pre h1 h7 card header body
    expandable-card form button text-field textarea richtextarea checkbox radio select option
    person-selector room-selector date-selector date-picker time-picker timezone-picker ui-action dialog
    title footer mention hash cash emoji tag dateTime chime audio input label sub sup"""
)
ATTRIBUTES = names(
    """class style id name value type href src tag uid email strict shortcode format label title state
    variant action target-id user-ids stream-id trigger for data-target-id data-title data-entity-id
    data-generated data-name data-value data-state min max step required multiple pattern
    pattern-error-message maxlength minlength rows disabled-date disabled-time disabled-timezone
    language fallback-ticker colspan width"""
)
VALUES = st.sampled_from(
    [
        "", " ", "x", "true", "FALSE", "1", "-1", "99999999999999999999", "[1,2]", "[", "[[", '[{"day":"2020-01-01"}]',
        '[{"from":"2020-01-01"}]', "entity", "card", "cardBody", "person-selector", "checkbox-group", "ui-action",
        "info-hint", "open-im", "open-dialog", "action", "text", "checkbox", "date", "http://a.b", "color:red", "color",
        "a(", "(?<x>a)", "[a-", "\\", "UTC", "collapsed", "smiley", "2020-01-01T10:00:00Z", "yyyy-MM-dd", "hh:mm",
    ]
)  # fmt: skip


def answers(*arguments: str | None) -> None:
    with suppress(InvalidMessage):
        done = convert(*arguments)
        assert isinstance(done, Converted)
        done.presentationml.encode()
        done.data.encode()


def attributes() -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=4)


def written(tag: str, own: dict[str, str], content: str) -> str:
    quoted = "".join(f' {name}="{value.replace(chr(34), "&quot;")}"' for name, value in own.items())
    return f"<{tag}{quoted}>{content}</{tag}>"


TREES = st.recursive(
    st.sampled_from(["", " ", "text", "a\nb", "&lt;"]),
    lambda inner: st.builds(written, st.sampled_from(TAGS), attributes(), st.lists(inner, max_size=4).map("".join)),
    max_leaves=12,
)
ENTITIES = st.sampled_from(
    [None, "{}", '{"x":{"type":"t"}}', '{"x":5}', '{"x":{"type":"org.symphonyoss.taxonomy","id":[{"value":{}}]}}',
     '{"x":{"type":1,"id":[{"value":1}]}}', '{"x":{"type":"com.symphony.user.mention","id":[{"value":"y"}]}}',
     '{"":{"x":{}}}', "[", '"{}"', '{"keyword1":[]}']
)  # fmt: skip


@QUICK
@given(TREES, ENTITIES)
def test_any_tree_of_known_elements(tree: str, entities: str | None) -> None:
    answers(f"<messageML>{tree}</messageML>", entities)
    answers(f'<div data-format="PresentationML" data-version="2.0">{tree}</div>', entities)


@QUICK
@given(st.text(), st.none() | st.text())
def test_any_text(text: str, data: str | None) -> None:
    answers(text, data)
    answers(f"<messageML>{text}</messageML>", data)


@QUICK
@given(st.text(alphabet="<>&;!-[]/=\"' abCDATA#x?\ufffe\ud800", max_size=40))
def test_any_markup(markup: str) -> None:
    answers(f"<messageML>{markup}</messageML>")
    answers(f"<messageML><b{markup}</messageML>")


PIECES = [
    '<#if ', '<#list ', '<#assign ', '</#if>', '</#list>', '<#else>', '<#sep>', '<#items as i>', '</#items>',
    '<@m/>', '<#macro m a b...>', '</#macro>', '<#nested>', '<#return>', '${', '}', '#{', '>', 'x', 'data',
    'data.a', '.a', "['a']", '[0]', '[0..]', '(', ')', '!', '??', '?c', '?size', '?upper_case', "?join(',')",
    '?new()', "?string('0.0')", '?left_pad(9)', '?has_next', '?index', ' as ', 'x=1', '1', '1.5', '-', ' + ',
    '*', ' / ', '%', '..', '&&', '||', '==', '<', "'s'", '"${1}"', 'true', '{', ':', ',', '<#switch ',
    '<#case ', '<#break>', '</#switch>', '<#function f x>', '</#function>', 'f(', '<#attempt>', '<#recover>',
    '</#attempt>', '<#--', '-->', '<#noparse>', '</#noparse>', '<#escape x as ', '</#escape>', '<#compress>',
    '</#compress>', "?map(x -> ", "?filter(", "?then(", "x_index",
    "<#setting number_format=", '\n', '  ', '<#t>', '<#nt>', 'text',
]  # fmt: skip
TEMPLATE_PIECES = st.lists(
    st.sampled_from(PIECES),
    max_size=14,
).map("".join)


@settings(QUICK, max_examples=600)
@given(TEMPLATE_PIECES)
def test_any_template(pieces: str) -> None:
    answers(f"<messageML>{pieces}</messageML>", '{"a":{"a":[1,"x",{"a":true}],"n":null}}')
    answers(f"<messageML>${{{pieces}}}</messageML>", '{"a":{"a":[1,"x",{"a":true}],"n":null}}')


DEEP = 20_000


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("<messageML>" + "<div>" * DEEP, None),
        ("<messageML>" + "<div>" * 900 + "</div>" * 900 + "</messageML>", None),
        ("<messageML>" + "<div>" * DEEP + "</div>" * DEEP + "</messageML>", None),
        ("<messageML>" + "<ul><li>" * 490 + "</li></ul>" * 490 + "</messageML>", None),
        ("<messageML/>", "[" * DEEP),
        ("<messageML/>", '{"a":' * DEEP + "1" + "}" * DEEP),
        ("<messageML/>", '{"a":' * 240 + "1" + "}" * 240),
        ("<messageML/>", '{"a":' + "9" * 10_000 + "}"),
        ("<messageML/>", '{"a":1e999}'),
        ('<messageML><form id="f"><person-selector name="n" value="' + "[" * DEEP + '"/></form></messageML>', None),
        ('<messageML><div class="entity" data-entity-id="a"/></messageML>', '{"b":' * 200 + '{"a":{}}' + "}" * 200),
        ("<messageML>${" + "(" * DEEP + "</messageML>", None),
        ("<messageML>${" + "!" * DEEP + "x}</messageML>", None),
        ("<messageML>${1" + "+1" * DEEP + "}</messageML>", None),
        ("<messageML>${x" + ".x" * DEEP + "}</messageML>", None),
        ("<messageML>${'" + "${'" * DEEP + "</messageML>", None),
        ("<messageML>" + "<#if true>" * DEEP + "</messageML>", None),
        ("<messageML>" + "<#if true>" * 49 + "x" + "</#if>" * 49 + "</messageML>", None),
        ("<messageML><#list 1..1000000000 as x></#list></messageML>", None),
        ("<messageML><#list 1.. as x>a</#list></messageML>", None),
        ("<messageML>" + "<#list 1..999 as x>" * 3 + "</#list>" * 3 + "</messageML>", None),
        ("<messageML><#macro m><@m/><@m/></#macro><@m/></messageML>", None),
        ("<messageML><#macro m><@m><#nested></@m></#macro><@m>x</@m></messageML>", None),
        ("<messageML><#function f x><#return f(f(x))></#function>${f(1)}</messageML>", None),
        ("<messageML><#assign s='x'><#list 1..99 as i><#assign s=s+s></#list></messageML>", None),
        ("<messageML><#assign s=[1]><#list 1..99 as i><#assign s=s+s></#list></messageML>", None),
        ("<messageML><#assign n=9><#list 1..99 as i><#assign n=n*n></#list></messageML>", None),
        ("<messageML><#assign n=0.1><#list 1..99 as i><#assign n=n*n></#list></messageML>", None),
        ("<messageML><#assign s='xxxxxxxxxx'><#list 1..9 as i><#assign s=s?replace('x',s)></#list></messageML>", None),
        ("<messageML>${'x'?right_pad(999999999)}</messageML>", None),
        ("<messageML>${(1..99999999)?join(',')}</messageML>", None),
        ("<messageML>${(0..4611686018427387904)?size}</messageML>", None),
        ("<messageML><#attempt><#list 1..1000000000 as x></#list><#recover>r</#attempt></messageML>", None),
        ("<messageML>${" + "9" * 5000 + "}</messageML>", None),
        ("<messageML>${'" + "9" * 90 + "'?number?string('0." + "0" * 90 + "')}</messageML>", None),
        ("<messageML><#assign l=(1..99999)?sequence><#list l as i>${l?join(',')?length}</#list></messageML>", None),
        ("<messageML><#assign l=(1..99999)?sequence><#list l as i><#assign m=l?sort></#list></messageML>", None),
        ("<messageML><#assign s='x'?left_pad(1999999)><#list 1..9999 as i>${s?trim}</#list></messageML>", None),
        ("<messageML><#assign s='x'?left_pad(1999999)><#list 1..9999 as i>${s == s + ''}</#list></messageML>", None),
        ("<messageML>${1?string(''?left_pad(1999999, ','))}</messageML>", None),
        ("<messageML>" + " " * 1_000_000 + "</messageML>", None),
        ("<messageML><pre>" + "\n" * 500_000 + "</pre></messageML>", None),
        ("<messageML>" + "_*-" * 200_000 + "</messageML>", None),
        ("<messageML>${(1..99999)?map(a -> (1..99999)?map(b -> a * b)?size)?size}</messageML>", None),
        ("<messageML><#list -4611686018427387904.. as x></#list></messageML>", None),
        ("<messageML><#list 1..99999 as i>${.vars?size}</#list></messageML>",
         '{' + ",".join(f'"a{number}":1' for number in range(50_000)) + "}"),
        ("<messageML>" + "<b>x</b>" * 50_000 + "</messageML>", None),
        ("<messageML>" + "x" * 5_000_000 + "</messageML>", None),
        ("<messageML>" + "&amp;" * 200_000 + "</messageML>", None),
        ('<messageML><p style="' + ";" * 200_000 + '"/></messageML>', None),
        ('<messageML><a href="http://' + "a%" * 100_000 + '">x</a></messageML>', None),
        ('<messageML><form id="f"><text-field name="a" pattern-error-message="" pattern="' + "(" * 256
         + '"/></form></messageML>', None),
        ("<messageML>" + '<ui-action action="open-dialog" target-id="d"><button>b</button></ui-action>' * 5000
         + '<dialog id="d"><title/><body/></dialog></messageML>', None),
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><messageML>&b;</messageML>', None),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><messageML/>', None),
    ],
)  # fmt: skip
def test_deep_and_huge_input_is_answered_in_time(message: str, data: str | None) -> None:
    started = time.process_time()
    answers(message, data)
    assert time.process_time() - started < 5


ODD_NUMBERS = ["1e999", "-1e999", "9" * 350, "9" * 4000, "1e308", "-0.0", "true", "null", "[]", '"\\ud800"']
USES = [
    "<span class='entity' data-entity-id='k'>x</span>",
    "${V}", "${V?c} ${V + 1}", "${V * V}", "${7 % V}", "${(1..V)?size}", "${'abc'?left_pad(V)}", "${[1][V]!}",
    "${V?round} ${V?string('0.0')}", "<#if V gt 3>y</#if>", "${[V, 1]?sort?first}", "${V?lower_abc}",
]  # fmt: skip


@pytest.mark.parametrize("number", ODD_NUMBERS, ids=lambda number: number[:12])
@pytest.mark.parametrize("use", USES)
def test_odd_values_of_the_data_are_used_without_harm(number: str, use: str) -> None:
    message = f"<messageML>{use.replace('V', 'data.k.id[0].value')}</messageML>"
    for kind in ("com.symphony.user.mention", "org.symphonyoss.taxonomy", "x"):
        answers(message, f'{{"k":{{"type":"{kind}","id":[{{"value":{number}}}]}}}}')


def test_many_entities_are_found_in_much_data_in_time() -> None:
    others = ",".join(f'"a{number}":{{"b":{number}}}' for number in range(20_000))
    message = "<messageML>" + '<span class="entity" data-entity-id="k">x</span>' * 3000 + "</messageML>"
    started = time.process_time()
    convert(message, f'{{{others},"k":{{"type":"x"}}}}')
    assert time.process_time() - started < 5

"""Templates: what they give, where they fail."""

from __future__ import annotations

import pytest

DATA = '{"a":{"n":1234567,"f":1.5,"s":"x<y","l":[1,2,3],"t":true,"z":null,"o":{"k":"v"},"p":[{"q":"b"},{"q":"a"}]}}'


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${data['a'].n} ${entity.a.f} ${data.a.n?c}", "1,234,567 1.5 1234567"),
        ("${data.a.s?html}${data.a.s?xml}", "x&lt;yx&lt;y"),
        ("<#escape x as x?html>${data.a.s}<#noescape>!</#noescape></#escape>", "x&lt;y!"),
        ("$ # {x} &#36;{x}", "$ # {x} ${x}"),
        ("${x!'d'}${(x.y.z)!'e'}${data.a.z!}${(x.y)???c}${data.a.s???c}", "defalsetrue"),
        ("<#if data.a.t && 1 lt 2>y<#elseif x??>z<#else>n</#if>", "y"),
        ("<#if (2 > 3)>y<#elseif data.a.l?size == 3>z<#else>n</#if>", "z"),
        ("<#list data.a.l as i>${i?counter}${i}<#sep>,</#list>", "11,22,33"),
        ("<#list data.a.l as i>${i}<#if i?has_next>;</#if><#if i == 2><#break></#if></#list>", "1;2;"),
        ("<#list data.a.l>[<#items as i>${i}</#items>]<#else>none</#list>", "[123]"),
        ("<#list [] as i>x<#else>none</#list>", "none"),
        ("<#list data.a.o as k, v>${k}=${v}</#list>", "k=v"),
        ("<#list 1..3 as i>${i}</#list><#list 3..<1 as i>${i}</#list>", "12332"),
        ("<#macro m p q='d'>${p}${q}<#nested/></#macro><@m p='1'/><@m '2' q='3'>n</@m>", "1d23n"),
        ("<#macro m><#nested 5/></#macro><@m ; x>${x}</@m>", "5"),
        ("<#function f x><#return x * 2></#function>${f(4)}", "8"),
        ("<#assign a=1 b='x'><#assign a += 2><#assign c>cap${b}</#assign>${a}${b}${c}", "3xcapx"),
        ("<#switch 2><#case 1>a<#break><#case 2>b<#case 3>c<#break><#default>d</#switch>", "bc"),
        ("<#noparse>${x}</#noparse><#-- gone -->", "${x}"),
        ("<#attempt>a${x}<#recover>b</#attempt>", "b"),
        ("${'a' + 1} ${7 / 2} ${7 % 4} ${1 / 3} ${0.1 + 0.2} ${-3}", "a1 3.5 3 0.333 0.3 -3"),
        ('${"x${1 + 1}y"}${r"$"}', "x2y$"),
        ("${data.a.l[0]}${data.a.l[1..]?join('-')}${'hello'[1..2]}", "12-3el"),
        ("${data.a.t?string('y', 'n')}${data.a.t?c}${true?then('a', 'b')}", "ytruea"),
        ("${'a b'?cap_first}${'a b'?capitalize}${'AB'?lower_case}${' x '?trim}${'abc'?length}", "A bA Babx3"),
        ("${'a,b'?split(',')?join('|')}${'aXa'?replace('a', 'b')}${'abc'?contains('b')?c}", "a|bbXbtrue"),
        ("${data.a.p?sort_by('q')?first.q}${data.a.o?keys?join('')}${[3, 1]?sort?join('')}", "ak13"),
        ("${'5'?number + 1} ${2.567?string('0.0')} ${1234.5?string(',##0.00')} ${2.5?round}", "6 2.6 1,234.50 3"),
        ("<#if data.a.z?has_content>y<#else>n</#if>${data.a.l?seq_contains(2)?c}", "ntrue"),
        ("<#list data.a.l as i>${i_index}${i}<#if i_has_next>, </#if></#list>", "01, 12, 23"),
        ("<#list data.a.o as k, v>${k_index}${k_has_next?c}</#list>", "0false"),
        ("${(x??)?then(x.y, 'd')}${true?then('a', x.y)}", "da"),
        ("${2?switch(1, x.y, 2, 'b', 3, x.y)}${9?switch(1, 'a', 'z')}", "bz"),
        (
            "<#setting number_format='0.##'>${data.a.n + 0.891} ${'' + data.a.n}${data.a.n?string}",
            "1234567.89 12345671234567",
        ),
        ("<#setting boolean_format='yes,no'>${data.a.t}${false}${true?string}", "yesnoyes"),
        ("${data.a.l?filter(i -> i > 1)?map(i -> i * 2)?join(',')}", "4,6"),
        ("<#list data.a.l?map((i) -&gt; i + 1) as j>${j}</#list>", "234"),
        ("${data.a.l?take_while(i -> i < 3)?join('')}|${data.a.l?drop_while(i -> i != 2)?join('')}", "12|23"),
        ("<#function odd n><#return n % 2 == 1></#function>${data.a.l?filter(odd)?join('')}", "13"),
        ("<#assign k=2>${data.a.p?map(x -> x.q + k)?join(' ')}", "b2 a2"),
        ("${'abab'?index_of('b')}${'abab'?last_index_of('b')}${data.a.l?seq_index_of(9)}", "13-1"),
        ("<#outputformat 'HTML'>${data.a.s}</#outputformat>", "x&lt;y"),
    ],
)
def test_expands(shown, template: str, expected: str) -> None:
    assert shown(template, DATA) == expected


def test_lines_of_nothing_but_tags_vanish(done, shown) -> None:
    assert shown("a\n  <#if true>\n  b\n  </#if>\nc") == "a     b c"  # what the template begins with is kept
    assert shown("a <#if true> b </#if> c") == "a  b  c"


@pytest.mark.parametrize(
    ("template", "column"),
    [
        ("${x}", 14),
        ("${data.a.t}", 12),
        ("${data.a.l}", 14),
        ("ab${1 + x}", 20),
        ("<#if 1>x</#if>", 17),
        ("<#list data.a.n as i>x</#list>", 19),
        ("<#assign e='x'?new()>", 12),
        ("<#include 'x'>", 12),
        ("<@none/>", 14),
        ("${data.a.l?filter(i -> i)}", 12),
        ("${data.a.l?map(i -> x)}", 12),
        ("${1?switch(2, 'a')}", 14),
        ("<#setting boolean_format='maybe'>", 37),
    ],
)
def test_fails_when_run(refused, template: str, column: int) -> None:
    error = f"Error parsing Freemarker template: invalid input at line 1, column {column}"
    assert refused(template, DATA) == error


@pytest.mark.parametrize(
    "template",
    [
        "${}",
        "${x",
        "<#if x>",
        "${1}</#if>",
        "<#nope>",
        "<#else>",
        "${1 +}",
        "${x?map(i ->)}",
        "${x?filter()}",
        "${x?nope}",
        "<#--",
    ],
)
def test_is_no_template(refused, template: str) -> None:
    assert refused(template).startswith(
        'Error parsing EntityJSON: Syntax error in template "messageML" in line 1, column'
    )


def test_values_are_inserted_raw(refused) -> None:
    assert refused("${data.a.s}", DATA).startswith("Invalid messageML: ")
    assert refused("${data.a}", '{"a":"\\u0001"}') == "Invalid control characters in message"

"""Templates: text to `Block`s. First pieces in a row, then white space stripped, then the nesting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from emulator.messageml.names import names
from emulator.messageml.templates.expressions import Scanner, after_operand, patterns
from emulator.messageml.templates.syntax import Block, Course, Expression, SyntaxFault
from emulator.messageml.templates.whitespace import strip

MAX_DEPTH = 50
MAX_PIECES = 5_000
"""Directives, interpolations and texts between them."""
_PIECE = re.compile(r"<#--|</?#[A-Za-z_]+|</?@|\$\{|#\{")
_VERBATIM_END = {"noparse": re.compile(r"</#no[pP]arse\s*>"), "comment": re.compile(r"</#comment\s*>")}
_END = re.compile(r"\s*>")
_BLANK = re.compile(r"\s|/?>")

_WITH_CONTENT = frozenset(
    names(
        "if list foreach items sep macro function switch attempt compress escape noescape autoesc "
        "noautoesc outputformat"
    )
)
_PARTS_OF = {
    "elseif": ("if",),
    "else": ("if", "list"),
    "case": ("switch",),
    "default": ("switch",),
    "recover": ("attempt",),
}
_EMPTY = frozenset(
    names(
        "break continue return nested stop flush ftl setting include import t lt rt nt visit recurse "
        "fallback elseif else case default recover"
    )
)
_BARE = frozenset(names("break continue flush t lt rt nt else default recover attempt compress noescape"))
"""Nothing is said after their names."""
_WITH_SAYING = frozenset(
    names("if list foreach items switch case elseif escape include import setting macro function visit")
    + names("assign global local")
)
"""Something must be."""
_CONTENT = (
    *(
        f"<{name}>"
        for name in names(
            "EOF ATTEMPT IF LIST ITEMS SEP FOREACH SWITCH ASSIGN GLOBALASSIGN LOCALASSIGN _INCLUDE IMPORT FUNCTION "
            "MACRO TRANSFORM VISIT STOP RETURN CALL SETTING OUTPUTFORMAT AUTOESC NOAUTOESC COMPRESS COMMENT "
            "TERSE_COMMENT NOPARSE BREAK CONTINUE SIMPLE_RETURN HALT FLUSH TRIM LTRIM RTRIM NOTRIM SIMPLE_NESTED "
            "NESTED SIMPLE_RECURSE RECURSE FALLBACK ESCAPE NOESCAPE UNIFIED_CALL STATIC_TEXT_WS STATIC_TEXT_NON_WS "
            "STATIC_TEXT_FALSE_ALARM"
        )
    ),
    '"${"',
    '"#{"',
    '"[="',
)
"""FreeMarker's names for what may stand in a template."""
_SETTINGS = names(
    "boolean_format classic_compatible date_format datetime_format locale number_format output_encoding "
    "sql_date_and_time_time_zone time_format time_zone url_escaping_charset"
)
_NESTING = (
    " Check if the FreeMarker end-tags are present, and aren't malformed. "
    "(Note that FreeMarker end-tags must have # or @ after the / character.)"
)
_NO_ITEMS = '#list must have either "as loopVar" parameter or nested #items that belongs to it.'
_UNCLOSED = {
    "call": "@...",
    **dict.fromkeys(("macro", "function"), "#macro or #function"),
    **dict.fromkeys(("assign", "local", "global"), "#assign or #local or #global"),
}
"""What is said to be unclosed, where that is not the name."""
_AFTER_ASSIGNED = ('"="', '"+="', '"-="', '"*="', '"/="', '"%="', '"++"', '"--"', '"in"', '">"')
_IN_CAMEL = {
    "elseIf": "elseif",
    "forEach": "foreach",
    "noParse": "noparse",
    "noEscape": "noescape",
    "autoEsc": "autoesc",
    "noAutoEsc": "noautoesc",
    "outputFormat": "outputformat",
}
_TOLD_APART = frozenset(_IN_CAMEL.values())
"""Directives whose names tell the two ways of naming apart."""
_FRAMES = frozenset(("if", "list", "foreach", "items", "switch", "macro", "function"))
"""What is open around an expression, as far as loops and their variables go."""
_ASSIGNMENTS = frozenset(("assign", "global", "local"))


@dataclass(slots=True)
class _Piece:
    """A text, an interpolation, or a tag with what its directive says."""

    kind: str
    at: int
    parts: tuple[Any, ...] = ()
    closing: bool = False
    empty: bool = False
    text: str = ""
    end: int = 0


def parse(source: str) -> list[Block]:
    """The template's blocks. Raises SyntaxFault."""
    top = _nest(_Pieces(source).read(), len(source))
    strip(source, top)
    return top.children


# --- pieces ----------------------------------------------------------------------------------------------------------


class _Pieces:
    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[_Piece] = []
        self.course = Course(source)

    def read(self) -> list[_Piece]:
        try:
            return self.all()
        except SyntaxFault:
            _nest(self.found, len(self.source), whole=False)  # what is wrong before that is told first
            raise

    def all(self) -> list[_Piece]:
        source, at = self.source, 0
        while at < len(source):
            found = _PIECE.search(source, at)
            start = found.start() if found else len(source)
            if start > at:
                self.found.append(_Piece("text", at, text=source[at:start], end=start))
            if not found:
                break
            if len(self.found) > MAX_PIECES:
                raise SyntaxFault(start, "The template has too many directives.")
            mark = found[0]
            if mark == "<#--":
                at = self.comment(start)
            elif mark in ("${", "#{"):
                at = self.interpolation(start, mark)
            elif mark == "<@":
                at = self.call(start)
            elif mark == "</@":
                close = source.find(">", start)
                if close < 0:
                    raise SyntaxFault(start, "Unexpected end of file reached.")
                self.found.append(_Piece("call", start, closing=True))
                at = close + 1
            else:
                at = self.directive(start, mark)
            if not self.found[-1].end:
                self.found[-1].end = at
        return self.found

    def comment(self, start: int) -> int:
        end = self.source.find("-->", start + 4)
        if end < 0:
            raise SyntaxFault(start, 'Unclosed "<#--"')
        self.found.append(_Piece("comment", start))
        return end + 3

    def interpolation(self, start: int, mark: str) -> int:
        scanner = Scanner(self.source, start + 2, in_tag=False, course=self.course)
        value = scanner.expression()
        digits = None
        if mark == "#{" and scanner.accept(";"):
            # #{number; m2M4}: at least 2 decimals, at most 4
            found = re.compile(r"\s*(?:m([0-9]{1,2}))?(?:M([0-9]{1,2}))?\s*").match(self.source, scanner.at)
            assert found is not None
            scanner.at = found.end()
            least = int(found[1] or 0)
            digits = (least, int(found[2] or least))
        if mark == "#{":
            scanner.number_expected(value)
        scanner.expect("}")
        self.found.append(_Piece("print" if mark == "${" else "number", start, (value, digits)))
        return scanner.at

    def call(self, start: int) -> int:
        scanner = Scanner(self.source, start + 2, in_tag=True, course=self.course)
        target = scanner.postfix(scanner.primary())
        named: list[tuple[str, Expression]] = []
        placed: list[Expression] = []
        while not (scanner.looking_at(">") or scanner.looking_at("/>") or scanner.looking_at(";")):
            if scanner.looking_at("<"):
                scanner.at += 1
                raise scanner.unexpected()
            place, word = scanner.at, scanner.peek_name()
            if word is not None:
                scanner.name()
                if scanner.looking_at("=") and not scanner.looking_at("=="):
                    scanner.at += 1
                    named.append((word.replace("\\", ""), scanner.expression()))
                    continue
                scanner.at = place
            placed.append(scanner.expression())
            scanner.accept(",")
        loop = []
        if scanner.accept(";"):
            while scanner.peek_name() is not None:
                loop.append(scanner.name())
                scanner.accept(",")
        empty = scanner.accept("/>")
        if not empty:
            scanner.expect(">")
        parts = (target, tuple(named), tuple(placed), tuple(loop))
        self.found.append(_Piece("call", start, parts, empty=empty))
        return scanner.at

    def directive(self, start: int, mark: str) -> int:
        closing = mark.startswith("</")
        written = mark.lstrip("</#")
        name = _IN_CAMEL.get(written, written)
        at = start + len(mark)
        if name in _TOLD_APART:
            ended = _END.match(self.source, at)
            self.course.named(start, written, mark + (">" if ended else ""))
        known = name in _WITH_CONTENT or name in _EMPTY or name in _ASSIGNMENTS
        if known and not (_END if closing or name in _BARE else _BLANK).match(self.source, at):
            malformed = "is an existing directive, but the tag is malformed. "
            raise SyntaxFault(start + 1, f"#{name} {malformed} (See FreeMarker Manual / Directive Reference.)")
        if closing:
            end = _END.match(self.source, at)
            if not end or name not in _WITH_CONTENT | _ASSIGNMENTS:
                raise SyntaxFault(start, f'Encountered "{mark}"')
            self.found.append(_Piece(name, start, closing=True))
            self.course.closed(name)
            return end.end()
        if name in _VERBATIM_END:
            return self.verbatim(start, at, name)
        if name not in _WITH_CONTENT and name not in _EMPTY and name not in _ASSIGNMENTS:
            manual = "http://freemarker.org/docs/ref_directive_alphaidx.html"
            helping = f"Help (latest version): {manual}; you're using FreeMarker 2.3.31."
            raise SyntaxFault(start + 1, f"Unknown directive: #{written}. {helping}")
        if name in _WITH_SAYING and self.source[at : at + 1] in ">/":
            malformed = "is an existing directive, but the tag is malformed. "
            raise SyntaxFault(start + 1, f"#{name} {malformed} (See FreeMarker Manual / Directive Reference.)")
        scanner = Scanner(self.source, at, in_tag=True, course=self.course)
        try:
            parts = _said(name, scanner)
        except SyntaxFault:
            if name in _PARTS_OF:  # that it is out of place is told first
                self.found.append(_Piece(name, start, ("",)))
            raise
        empty = scanner.accept("/>")
        if not empty and not scanner.accept(">"):
            ends = {"list": ('"as"', '">"')}.get(name, ('">"',))
            operand = name in ("if", "elseif", "switch") or (name == "list" and len(parts) == 1)
            expected = patterns('">"')
            if operand:
                expected = after_operand(*ends)
            elif (name == "list" and len(parts) == 2) or (name == "items" and len(parts) == 1):
                expected = patterns('","', '">"')
            elif name in ("macro", "function") and not parts[1] and parts[2] is None:
                expected = patterns('"("', '")"', "<ID>", '">"')
            raise scanner.unexpected(expected)
        self.found.append(_Piece(name, start, parts, empty=empty))
        if name == "else":
            self.course.otherwise()
        elif not empty and name in _FRAMES:
            if len(self.course.loops) >= MAX_DEPTH:
                raise SyntaxFault(start, "Directives are nested too deeply.")
            self.course.opened(name, parts[1:] if name in ("list", "foreach") else parts if name == "items" else ())
        return scanner.at

    def verbatim(self, start: int, at: int, name: str) -> int:
        opened = _END.match(self.source, at)
        end = _VERBATIM_END[name].search(self.source, at)
        if not opened or not end:
            raise SyntaxFault(start, "Unexpected end of file reached.")
        if name == "noparse":
            inside = self.source[opened.end() : end.start()]
            self.found.append(_Piece("text", start, text=inside, end=end.end()))
        else:
            self.found.append(_Piece("comment", start))
        return end.end()


def _said(name: str, scanner: Scanner) -> tuple[Any, ...]:
    """What the tag of a directive says after its name."""
    if name in ("if", "elseif", "switch", "outputformat", "include", "import", "visit"):
        value = scanner.expression()
        if name == "import":
            scanner.accept_word("as")
            scanner.name()
        return (value,)
    if name == "case":
        values = [scanner.expression()]
        while scanner.accept(","):
            values.append(scanner.expression())
        return tuple(values)
    if name == "list":
        value = scanner.expression()
        return (value, *_loop_names(scanner))
    if name == "foreach":
        variable = scanner.name()
        if not scanner.accept_word("in"):
            raise scanner.unexpected(patterns('"in"'))
        return (scanner.expression(), variable)
    if name == "items":
        found = _loop_names(scanner)
        if not found:
            raise scanner.unexpected(patterns('"as"'))
        return found
    if name in _ASSIGNMENTS:
        return tuple(_assigned(scanner))
    if name in ("macro", "function"):
        return _signature(scanner)
    if name in ("return", "stop", "recurse"):
        return (scanner.expression(),) if scanner.starts_expression() else ()
    if name == "nested":
        values = []
        while scanner.starts_expression():
            values.append(scanner.expression())
            scanner.accept(",")
        return tuple(values)
    if name == "escape":
        variable = scanner.name()
        if not scanner.accept_word("as"):
            raise scanner.unexpected(patterns('"as"'))
        return (variable, scanner.expression())
    if name in ("ftl", "setting"):
        settings = {}
        while scanner.peek_name() is not None:
            scanner.space()
            place = scanner.at
            written = scanner.name()
            setting = re.sub("([a-z])([A-Z])", r"\1_\2", written).lower()
            if name == "setting" and setting not in _SETTINGS:
                allowed = f"The allowed setting names are: {', '.join(_SETTINGS)}"
                raise SyntaxFault(place, f'Unknown setting name: "{written}". {allowed}')
            if scanner.course is not None:
                scanner.course.named(place, written)
            scanner.expect("=")
            settings[setting] = scanner.expression()
        return (settings,)
    return ()


def _loop_names(scanner: Scanner) -> tuple[str, ...]:
    if not scanner.accept_word("as"):
        return ()
    names = [scanner.name()]
    if scanner.accept(","):
        names.append(scanner.name())
    return tuple(names)


def _named(scanner: Scanner) -> str:
    """A name, which may stand in quotation marks."""
    if scanner.looking_at("'") or scanner.looking_at('"'):
        return str(scanner.string(raw=False).parts[0])
    if scanner.peek_name() is None:
        raise scanner.unexpected(patterns("<STRING_LITERAL>", "<RAW_STRING>", "<ID>"))
    return scanner.name()


def _assigned(scanner: Scanner) -> list[tuple[str, str, Expression | None]]:
    """(name, operator, value) of each assignment; no value where the content of the directive is the value."""
    found: list[tuple[str, str, Expression | None]] = []
    while not (scanner.looking_at(">") or scanner.looking_at("/>")):
        name = _named(scanner)
        for operator in ("++", "--", "+=", "-=", "*=", "/=", "%=", "="):
            if scanner.accept(operator):
                value = None if operator in ("++", "--") else scanner.expression()
                found.append((name, operator, value))
                break
        else:
            if found or not (scanner.looking_at(">")):
                raise scanner.unexpected(patterns(*_AFTER_ASSIGNED))
            found.append((name, "capture", None))
        scanner.accept(",")
    if not found:
        _named(scanner)
    return found


def _signature(scanner: Scanner) -> tuple[Any, ...]:
    name = _named(scanner)
    parenthesised = scanner.accept("(")
    inside, scanner.in_tag = scanner.in_tag, not parenthesised
    parameters: list[tuple[str, Expression | None]] = []
    rest = None
    while scanner.peek_name() is not None:
        scanner.space()
        place, parameter = scanner.at, scanner.name()
        if scanner.accept("..."):
            rest = parameter
        else:
            default = scanner.expression() if scanner.accept("=") else None
            if default is None and parameters and parameters[-1][1] is not None:
                late = "must all occur before the parameters with default values."
                raise SyntaxFault(place, f"In a macro declaration, parameters without a default value {late}")
            parameters.append((parameter, default))
        scanner.accept(",")
    if parenthesised:
        scanner.expect(")")
    scanner.in_tag = inside
    return name, tuple(parameters), rest


# --- nesting ---------------------------------------------------------------------------------------------------------


def _nest(pieces: list[_Piece], end: int, *, whole: bool = True) -> Block:
    """The blocks of a template that is read, or with `whole` False of what has been read so far."""
    top = Block("top", 0)
    open_blocks = [top]
    for piece in pieces:
        around = open_blocks[-1]
        if piece.closing:
            _close(piece, open_blocks)
            continue
        if piece.kind in _PARTS_OF:
            around = _part(piece, open_blocks)
        _check_place(piece, open_blocks)
        if piece.kind == "flush":
            continue
        parts = (piece.text,) if piece.kind == "text" else piece.parts
        block = Block(piece.kind, piece.at, parts, end=piece.end)
        around.children.append(block)
        capture = piece.kind in _ASSIGNMENTS and piece.parts[0][1] == "capture"
        opens = piece.kind in _WITH_CONTENT or piece.kind in _PARTS_OF or piece.kind == "call" or capture
        if opens and not piece.empty:
            open_blocks.append(block)
            if len(open_blocks) > MAX_DEPTH:
                raise SyntaxFault(piece.at, "Directives are nested too deeply.")
    while open_blocks[-1].kind == "sep":  # it ends with its list
        open_blocks.pop()
    if whole and len(open_blocks) > 1:
        left = open_blocks[-1]
        if left.kind == "list" and len(left.parts) == 1 and not left.holds_items:
            raise SyntaxFault(left.at, _NO_ITEMS)
        name = _UNCLOSED.get(left.kind, f"#{left.kind}")
        raise SyntaxFault(end - 1, f"Unexpected end of file reached. You have an unclosed {name}.{_NESTING}")
    return top


def _check_place(piece: _Piece, open_blocks: list[Block]) -> None:
    """Some directives have a meaning only within others. Raises SyntaxFault."""
    kind = piece.kind
    macro = next((block.kind for block in reversed(open_blocks) if block.kind in ("macro", "function")), None)
    wrong = None
    if kind in ("macro", "function") and macro is not None:
        wrong = "Macro or function definitions can't be nested into each other."
    elif kind == "autoesc" and not any(block.kind == "outputformat" for block in open_blocks):
        undefined = "undefined(mimeType=null, class=f.c.UndefinedOutputFormat)"
        wrong = f"The current output format can't do escaping: {undefined}"
    elif kind == "items":
        around = next((block for block in reversed(open_blocks) if block.kind in ("list", "foreach")), None)
        if around is not None and len(around.parts) == 1:
            around.holds_items = True
        elif around is not None:
            wrong = 'The parent #list of the #items must not have "as loopVar" parameter.'
    elif kind in ("break", "continue"):
        loops = ("list", "items", "foreach") if kind == "continue" else ("list", "items", "foreach", "case", "default")
        if not any(block.kind in loops for block in open_blocks):
            switch = ", #switch" if kind == "break" else ""
            wrong = (
                f"<#{kind}> must be nested inside a directive that supports it:  "
                f'#list with "as", #items{switch} (or the deprecated #foreach)'
            )
    elif kind == "return":
        if macro is None:
            wrong = "A return instruction can only occur inside a macro or function"
        elif macro == "function" and not piece.parts:
            wrong = "A function must return a value"
        elif macro == "macro" and piece.parts:
            wrong = "A macro cannot return a value"
    elif kind == "nested" and macro is None:
        token = "<#nested " if piece.parts else "<#nested/>" if piece.empty else "<#nested>"
        wrong = f"Cannot use a {token} instruction outside a macro."
    elif kind == "sep" and not any(block.kind in ("list", "foreach") for block in open_blocks):
        wrong = "#sep must be inside a #list (or #foreach) block."
    elif kind == "noescape" and not any(block.kind == "escape" for block in open_blocks):
        wrong = "#noescape with no matching #escape encountered."
    elif kind == "local" and macro is None:
        wrong = "Local variable assigned outside a macro."
    elif kind == "text" and open_blocks[-1].kind == "switch" and piece.text.strip():
        met = "<" if piece.text.lstrip().startswith("<") else piece.text.strip().split()[0].partition("<")[0]
        expected = patterns("<CASE>", "<COMMENT>", "<TERSE_COMMENT>", "<END_SWITCH>", "<DEFAUL>", "<STATIC_TEXT_WS>")
        place = piece.at + len(piece.text) - len(piece.text.lstrip())
        raise SyntaxFault(place, f'Encountered "{met}"{expected}')
    elif kind == "ftl" and (len(open_blocks) > 1 or open_blocks[0].children):
        raise _misplaced(piece, "<#ftl>" if not piece.parts[0] else "<#ftl ")
    if wrong:
        raise SyntaxFault(piece.at, wrong)


def _misplaced(piece: _Piece, met: str) -> SyntaxFault:
    return SyntaxFault(piece.at, f'Encountered "{met}"{patterns(*_CONTENT)}')


def _close(piece: _Piece, open_blocks: list[Block]) -> None:
    def closes(block: Block) -> bool:
        return block.kind == piece.kind or piece.kind in _PARTS_OF.get(block.kind, ())

    around = [block for block in open_blocks[1:] if block.kind not in (*_PARTS_OF, "sep")]
    while len(open_blocks) > 1:
        block = open_blocks.pop()
        block.end = piece.end
        if block.kind == "list" and len(block.parts) == 1 and not block.holds_items:
            raise SyntaxFault(block.at, _NO_ITEMS)
        if block.kind == piece.kind:
            if block.kind == "attempt" and all(child.kind != "recover" for child in block.children):
                expected = patterns("<ATTEMPT>", "<RECOVER>", *_CONTENT[2:])
                raise SyntaxFault(piece.at, f'Encountered "</#attempt>"{expected}')
            return
        if block.kind != "sep" and not closes(block):
            break
    met = f"</{'@' if piece.kind == 'call' else '#' + piece.kind}>"
    if not around or around[-1].kind != "if":
        raise _misplaced(piece, met)
    listed = [*_CONTENT[1:3], "<ELSE_IF>", *_CONTENT[3:]]
    listed[listed.index("<NOPARSE>") + 1 : listed.index("<BREAK>")] = ["<END_IF>", "<ELSE>"]
    wrong = (
        ". This usually because of wrong nesting of FreeMarker directives, like a missed or malformed end-tag "
        "somewhere. (Note that FreeMarker end-tags must have # or @ after the / character.)"
    )
    only = f'Encountered "{met}", but at this place only this can be closed: "#if"'
    raise SyntaxFault(piece.at, f"{only}{wrong}\nWas expecting one of these patterns:\n    " + "\n    ".join(listed))


def _part(piece: _Piece, open_blocks: list[Block]) -> Block:
    """The block to which an else, a case or the like belongs; the part before it ends here."""
    owners = _PARTS_OF[piece.kind]
    while len(open_blocks) > 1:
        block = open_blocks[-1]
        if block.kind in owners:
            return block
        if block.kind != "sep" and block.kind not in _PARTS_OF:
            break
        open_blocks.pop().end = piece.at
    raise _misplaced(piece, f"<#{piece.kind}{' ' if piece.parts else '>'}")

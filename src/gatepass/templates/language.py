"""The language of templates: Liquid with few tags and filters, and limits on all that could grow.

A template sees texts and numbers and nothing else, so there is no attribute to climb on; it can include no file, and
what it writes into HTML is escaped, without a way around. The dotted variables of the hosted product are translated
before anything is parsed. Loaded with the first template, because few servers have one of their own.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from liquid import Environment, Mode, StrictUndefined
from liquid.exceptions import LiquidError, UndefinedError
from liquid.template import BoundTemplate

from gatepass.templates.faults import TemplateFault
from gatepass.templates.model import MAIL_KINDS, MailKind

# Nothing repeats: a mail has no lists, and a range could be as long as somebody likes.
_TAGS: Final = frozenset({"#", "assign", "capture", "case", "comment", "content", "if", "illegal", "output", "unless"})
# None of these makes much of little; `replace`, `join` and their like could, ten characters a hundred million.
_FILTERS: Final = frozenset(
    {"append", "capitalize", "default", "divided_by", "downcase", "escape", "escape_once", "lstrip", "minus", "modulo",
     "plus", "prepend", "remove", "rstrip", "size", "slice", "strip", "times", "truncate", "upcase", "url_encode"}
)  # fmt: skip
_DOTTED: Final = re.compile(r"(\{\{-?|\{%-?\s*(?:if|elsif|unless)\s)\s*\.([A-Za-z_][A-Za-z0-9_]*)")
_MARKED: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_IN_MEMORY: Final = 256


class _Language(Environment):
    block_nesting_limit = 10
    context_depth_limit = 10
    local_namespace_limit = 50_000
    loop_iteration_limit = 1
    output_stream_limit = 500_000


def _environment(*, is_markup: bool) -> Environment:
    made = _Language(autoescape=is_markup, undefined=StrictUndefined, tolerance=Mode.STRICT, strict_filters=True)
    made.tags = {name: tag for name, tag in made.tags.items() if name in _TAGS}
    made.filters = {name: one for name, one in made.filters.items() if name in _FILTERS}
    return made


_MARKUP: Final = _environment(is_markup=True)
_PLAIN: Final = _environment(is_markup=False)


def rendered(source: str, kind: MailKind, values: Mapping[str, object], *, is_markup: bool) -> str:
    """Return what a template makes of values.

    Args:
        source: the template.
        kind: the mail, whose variables may stand in it.
        values: a value for each of them; None where this mail has none.
        is_markup: whether values are escaped for HTML.

    Raises:
        TemplateFault: it can't be read, names what is none of the mail's, or goes beyond a limit.
    """
    known = {name: values.get(name) for name in kind.variables}
    try:
        return _parsed(source, kind.name, is_markup=is_markup).render(**known)
    except LiquidError as error:
        raise TemplateFault(_sentence(error)) from None
    except TemplateFault:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise TemplateFault(f"It fails: {type(error).__name__}.") from None


@lru_cache(maxsize=_MOST_IN_MEMORY)
def _parsed(source: str, name: str, *, is_markup: bool) -> BoundTemplate:
    if any(".." in _QUOTED.sub("", marked) for marked in _MARKED.findall(source)):
        raise TemplateFault("Leave ranges such as (1..9) out; nothing in a mail repeats.")
    return (_MARKUP if is_markup else _PLAIN).from_string(_translated(source, name))


def unknown_variables(source: str, kind: MailKind) -> list[str]:
    """Return the names in a template that are no variables of its mail, also where no sample leads.

    Raises:
        TemplateFault: it can't be read.
    """
    try:
        named = _parsed(source, kind.name, is_markup=True).global_variables()
    except LiquidError as error:
        raise TemplateFault(_sentence(error)) from None
    except TemplateFault:
        raise
    except (ValueError, RecursionError) as error:
        raise TemplateFault(f"It can't be read: {type(error).__name__}.") from None
    return sorted({str(name) for name in named} - kind.variables.keys())


def _translated(source: str, name: str) -> str:
    """Write dotted variables as Liquid; one that the mail does not have keeps its name and is then said to be none."""
    names = _names_of(name)
    return _DOTTED.sub(lambda found: f"{found[1]} {names.get(_key(found[2]), found[2])}", source)


@lru_cache
def _names_of(kind_name: str) -> dict[str, str]:
    kind = MAIL_KINDS[kind_name]
    return {_key(alias): name for name, one in kind.variables.items() for alias in (name, *one.names)}


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _sentence(error: LiquidError) -> str:
    said = str(error).partition("\n")[0][:200]
    if isinstance(error, UndefinedError):
        return f"It names what this mail does not have: {said}."
    return f"It can't be rendered: {said}."

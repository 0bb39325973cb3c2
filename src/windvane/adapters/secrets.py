"""Secrets by reference: resolved at the last moment, refused as literals, and kept out of all that is written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote

from windvane.domain.errors import Usage
from windvane.domain.record import Record

REFERENCE = re.compile(r"\$\{(\w+):([^}]*)\}")
HIDDEN = "[secret]"
_SHORTEST_UNASKED = 8  # of values that nobody resolved and only their name makes a secret
_ENVIRONMENT = re.compile(r"(?:PASSWORD|PASSWD|SECRET|TOKEN|APIKEY|_KEY)$", re.I)
_SHORTEST = 4  # shorter values are not searched for: hiding every `a` of a text would hide the text

_NAMES = (
    r"(?!null_token)(?:[\w.-]*[_.-])?(?:password|passwd|pwd|passphrase|secret|secret_key|token|api[_-]?key|apikey|access[_-]?key|"
    r"private[_-]?key|client[_-]?secret|auth[_-]?token|credentials?)"
)
_SHAPES = (
    ("cloud access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("provider key", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("Stripe key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{18,}"),
    ("Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("Google key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}"),
    ("web token", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)
_SHAPE = tuple((kind, re.compile(pattern)) for kind, pattern in _SHAPES)
_ANY_SHAPE = re.compile("|".join(pattern for _, pattern in _SHAPES))
_resolved: set[str] = set()  # of this process, whoever resolved them: what goes out is searched for all of them
_URL = re.compile(r"://[^/\s:@'\"]*:([^@\s/'\"]+)@")
_SETTING = re.compile(
    rf"""(?:^|\{{(?:[^}}\n]*,)?)[\s-]*["']?({_NAMES})["']?\s*[=:]\s*("[^"\n]*"|'[^'\n]*'|[^\s,}}#"'][^\s,}}#]*)""",
    re.I | re.M,
)
_PARAMETER = re.compile(rf"""[?&\s"';]({_NAMES})=([^\s&;'",}}]+)""", re.I)
_NO_SECRET = re.compile(r"(?:true|false|null|none|~|<.*|\*+|\x00+|[|>\[({].*)?", re.I)


class Literal(Record):
    """A secret that stands in a text: where, and what gave it away; never the value itself."""

    line: int  # 1-based
    what: str


class References:
    """The `Secrets` port over the environment and, when asked for, the keyring of the operating system."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._seen: set[str] = set()

    @property
    def seen(self) -> frozenset[str]:
        """Every value that was resolved so far, for `redact`."""
        return frozenset(self._seen)

    def resolve(self, text: str) -> str:
        """`text` with every reference replaced. Raises `Usage` (`secret.missing`, `secret.unknown`)."""
        return REFERENCE.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        where, name = match[1], match[2]
        if where == "env":
            value = self._environment.get(name)
        elif where == "keyring":
            value = _from_keyring(name)
        else:
            raise Usage(
                f"unknown kind of secret `{where}`",
                code="secret.unknown",
                why="a secret is named by `${env:NAME}` or `${keyring:service/user}`",
                fix="correct the reference",
            )
        if not value:
            raise Usage(
                f"the secret `{match[0]}` is not there",
                code="secret.missing",
                why="the environment has no such variable" if where == "env" else "the keyring has no such entry",
                fix=f"export {name}=..." if where == "env" else f"keyring set {name.replace('/', ' ')}",
            )
        self._seen.add(value)
        _resolved.add(value)
        return value


def _from_keyring(name: str) -> str | None:
    service, _, user = name.partition("/")
    try:
        import keyring  # optional, and slow to import
        from keyring.errors import KeyringError
    except ImportError:
        raise Usage(
            f"the secret `${{keyring:{name}}}` cannot be read",
            code="secret.missing",
            why="the package `keyring` is not installed",
            fix="pip install 'windvane[keyring]', or use ${env:NAME}",
        ) from None
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise Usage(
            f"the secret `${{keyring:{name}}}` cannot be read",
            code="secret.missing",
            why=f"the keyring answers: {type(error).__name__}",
            fix="unlock the keyring, or use ${env:NAME}",
        ) from None
    return found if found is None else str(found)


def find_literals(text: str) -> tuple[Literal, ...]:
    """Literal secrets in the text of an estate file, in order of their lines.

    Recognised are a password inside a URL, a value given to a name such as `password`, `token` or `api_key` where a
    setting stands (not inside a SQL expression), and the shapes of well-known keys. References are no literals.
    """
    bare = REFERENCE.sub("\x00", text)
    found = [(m.start(1), "a URL with a password") for m in _URL.finditer(bare) if "\x00" not in m[1]]
    for pattern in (_SETTING, _PARAMETER):
        found += [(m.start(1), f"`{m[1]}` with a literal value") for m in pattern.finditer(bare) if _literal(m[2])]
    found += [(m.start(), f"a {kind}") for kind, shape in _SHAPE for m in shape.finditer(bare)]
    lines = {bare.count("\n", 0, at) + 1: what for at, what in sorted(found, reverse=True)}
    return tuple(Literal(line=line, what=lines[line]) for line in sorted(lines))


def refuse_literals(text: str, *, file: str) -> None:
    """Raise `Usage` (`secret.literal`) when a text that is about to be read, written or committed holds a secret."""
    found = find_literals(text)
    if found:
        raise Usage(
            f"`{file}` holds a literal secret in line {found[0].line}",
            code="secret.literal",
            why=f"{found[0].what}; the file is kept in git and read by others",
            fix="put the value into the environment and write `${env:NAME}` in its place, then replace the secret",
        )


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given values (plain or as they stand in a URL) and without anything shaped like a key."""
    wanted = _wanted(frozenset(secrets))
    text = wanted.sub(HIDDEN, text) if wanted else text
    text = _URL.sub(lambda m: m[0] if "${" in m[0] else m[0].replace(f":{m[1]}@", f":{HIDDEN}@"), text)
    return _ANY_SHAPE.sub(HIDDEN, text)


@lru_cache(maxsize=8)
def _wanted(secrets: frozenset[str]) -> re.Pattern[str] | None:
    """What finds the values, the longest first."""
    forms = {form for value in secrets if len(value) >= _SHORTEST for form in (value, quote(value, safe=""))}
    return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))) if forms else None


def hide(text: str) -> str:
    """`text` on its way out: without any secret that was resolved, that stands in the environment, or is shaped so."""
    return hiding()(text)


def hiding() -> Callable[[str], str]:
    """`hide` for many texts: the environment is looked at once."""
    known = frozenset(_resolved | _in_environment(os.environ))
    return lambda text: redact(text, known)


def _in_environment(environment: Mapping[str, str]) -> set[str]:
    """Values that libraries read by themselves, by their names: `PGPASSWORD`, `OPENAI_API_KEY`."""
    named = (v for k, v in environment.items() if _ENVIRONMENT.search(k))
    return {v for v in named if len(v) >= _SHORTEST_UNASKED and not _NO_SECRET.fullmatch(v)}


def _literal(value: str) -> bool:
    bare = value.strip().strip("\"'")
    return "\x00" not in bare and _NO_SECRET.fullmatch(bare) is None

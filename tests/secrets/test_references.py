"""Secrets are named, never written: resolved late, found where they stand as literals, and hidden from every text."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windvane.adapters.secrets import HIDDEN, References, find_literals, redact, refuse_literals
from windvane.domain.errors import Usage


def test_a_reference_becomes_its_value_at_the_last_moment():
    secrets = References({"USER": "ada", "PASS": "s3cr/t"})
    assert secrets.resolve("postgres://${env:USER}:${env:PASS}@h/d") == "postgres://ada:s3cr/t@h/d"
    assert secrets.resolve("no reference, $HOME stays") == "no reference, $HOME stays"
    assert secrets.seen == {"ada", "s3cr/t"}


@pytest.mark.parametrize("environment", [{}, {"PGPASSWORD": ""}])
def test_a_missing_value_is_told(environment):
    with pytest.raises(Usage) as caught:
        References(environment).resolve("${env:PGPASSWORD}")
    assert caught.value.code == "secret.missing"
    assert "PGPASSWORD" in caught.value.message


def test_an_unknown_kind_of_reference_is_told():
    with pytest.raises(Usage) as caught:
        References({}).resolve("${vault:x}")
    assert caught.value.code == "secret.unknown"


def test_the_keyring_is_asked_by_service_and_user(monkeypatch):
    pytest.importorskip("keyring")
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return {("db", "ada"): "from-ring"}.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        assert References({}).resolve("${keyring:db/ada}") == "from-ring"
        with pytest.raises(Usage) as caught:
            References({}).resolve("${keyring:db/bob}")
        assert caught.value.code == "secret.missing"
    finally:
        keyring.set_keyring(before)


def test_without_the_keyring_package_the_fix_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Usage) as caught:
        References({}).resolve("${keyring:db/ada}")
    assert caught.value.code == "secret.missing"
    assert "windvane[keyring]" in caught.value.fix


LITERALS = [
    'location = "postgres://u:hunter2@db/x"',
    "url: mysql://root:toor@localhost/",
    'password = "hunter2"',
    "  password: hunter2",
    "- db_password: 'hunter2'",
    '"api_key": "abc123",',
    'aws.secret_access_key = "abc"',
    'dsn = "host=db user=u password=hunter2"',
    'location = "https://h/data?api_key=abc123"',
    'source = { user = "u", token = "abc" }',
    "x = 'AKIAIOSFODNN7EXAMPLE'",
    'k = "sk-proj-abcdefghijklmnopqrstuvwx"',
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "-----BEGIN RSA PRIVATE KEY-----",
]
HARMLESS = [
    'location = "postgres://u:${env:PGPASSWORD}@db/x"',
    'password = "${env:PW}"',
    "token: ${keyring:a/b}",
    "password:",
    'token = ""',
    "api_key: null",
    "  token VARCHAR,",
    "WHERE a = 1\n  AND token = 'x'",
    "- name: password",
    "max_tokens = 1000",
    'null_token: "n/a"',
    "SELECT secret, password FROM t",
    'location = "http://localhost:8000/a@b"',
    'zone = "Europe/Berlin"',
    "password = <your password>",
    "password_hash VARCHAR",
]


@pytest.mark.parametrize("text", LITERALS)
def test_a_literal_secret_is_recognised_with_its_line_and_never_repeated(text):
    (found,) = find_literals(f"first = 1\n{text}\n")
    assert found.line == 2
    with pytest.raises(Usage) as caught:
        refuse_literals(text, file="windvane.toml")
    told = str(caught.value.as_dict())
    assert caught.value.code == "secret.literal"
    for value in ("hunter2", "toor", "abc123", "AKIA", "ghp_", "sk-proj"):
        assert value not in told


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_left_alone(text):
    assert find_literals(text) == ()


def test_nothing_resolved_reaches_a_log():
    secrets = References({"PW": "s3cr/t pass"})
    url = secrets.resolve("postgres://u:${env:PW}@h")
    line = f"cannot connect to {url}; tried s3cr%2Ft%20pass and s3cr/t pass"
    hidden = redact(line, secrets.seen)
    assert "s3cr" not in hidden
    assert hidden.count(HIDDEN) == 3


def test_keys_and_passwords_are_hidden_even_when_nobody_resolved_them():
    hidden = redact("postgres://u:pw@h AKIAIOSFODNN7EXAMPLE ${env:X}")
    assert hidden == f"postgres://u:{HIDDEN}@h {HIDDEN} ${{env:X}}"


PLAIN = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))


@given(PLAIN.filter(lambda s: len(s) >= 4), PLAIN, PLAIN)
def test_a_secret_never_survives_redaction(secret, before, after):
    assert secret not in redact(before + secret + after, [secret]).replace(HIDDEN, "\x00")

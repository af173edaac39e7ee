"""Every form in which people write a server's address."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.address import parse_address
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.backends.ollama import OllamaBackend


@pytest.mark.parametrize(
    ("given_", "url", "loopback"),
    [
        ("", "http://127.0.0.1:11434", True),
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434", True),
        ("localhost", "http://localhost:11434", True),
        ("gpu-box", "http://gpu-box:11434", False),
        ("gpu-box:8080", "http://gpu-box:8080", False),
        (":8080", "http://127.0.0.1:8080", True),
        ("0.0.0.0", "http://127.0.0.1:11434", True),
        ("0.0.0.0:8080", "http://127.0.0.1:8080", True),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080", True),
        ("http://example.com", "http://example.com", False),
        ("HTTP://Example.com:80", "http://example.com", False),
        ("https://example.com", "https://example.com", False),
        ("https://example.com:8443/ollama/", "https://example.com:8443/ollama", False),
        ("example.com/ollama", "http://example.com:11434/ollama", False),
        (' "192.168.1.5:11435" ', "http://192.168.1.5:11435", False),
        ("'127.0.0.9'", "http://127.0.0.9:11434", True),
        ("::1", "http://[::1]:11434", True),
        ("[::1]:8080", "http://[::1]:8080", True),
        ("[::]:8080", "http://[::1]:8080", True),
        ("fd00::5", "http://[fd00::5]:11434", False),
        ("https://[fd00::5]/x", "https://[fd00::5]/x", False),
        ("user:secret@gpu-box", "http://gpu-box:11434", False),
        ("https://user:se%40cret@gpu-box/x", "https://gpu-box/x", False),
    ],
)
def test_the_forms_of_an_address(given_, url, loopback):
    address = parse_address(given_)
    assert (address.url, address.loopback) == (url, loopback)
    assert parse_address(address.url).url == address.url


def test_credentials_are_decoded_and_kept_apart():
    assert parse_address("https://user:se%40cret@gpu-box/x").auth == ("user", "se@cret")
    assert parse_address("token@gpu-box").auth == ("token", "")
    assert parse_address("gpu-box").auth is None


@pytest.mark.parametrize(
    "wrong", ["ftp://box", "box:port", "box:99999", "http://[::1", "a b", "http://box?x=1", "http://box/#x", "://box"]
)
def test_what_is_no_address_is_refused_without_repeating_it(wrong):
    with pytest.raises(BackendError, match=r"The server's address cannot be used: .*\.") as caught:
        OllamaBackend(f"{wrong}")
    assert caught.value.ending is Ending.SERVER_ERROR
    assert "server.host" in caught.value.advice


@given(st.text() | st.from_regex(r"\A(https?://)?([a-z]*:?[a-z]*@)?[a-z0-9.:\[\]%]{0,12}(:\d{0,6})?(/[ -~]*)?\Z"))
def test_any_text_is_an_address_or_a_value_error(text):
    try:
        address = parse_address(text)
    except ValueError:
        return
    assert "@" not in address.url
    assert httpx.URL(address.url).raw_host

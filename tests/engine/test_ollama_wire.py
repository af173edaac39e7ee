"""The parameters of a Modelfile and the errors of a server, read from their text."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.engine.backends.ollama_errors import read_refusal, refused
from chimera_tui.engine.backends.ollama_wire import Line, Show, parse_parameters

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "message", "x"]), inner),
    max_leaves=8,
)


def test_parameters_have_types():
    text = (
        "num_ctx                        8192\n"
        'stop                           "<end_of_turn>"\n'
        'stop                           "a \\"b\\"\\n"\n'
        "temperature                    0.7\n"
        "use_mmap                       true\n"
        "typical_p                      1e-05\n"
        "odd                            [1, 2]\n"
        "flag\n"
        "\n"
    )
    assert parse_parameters(text) == {
        "num_ctx": 8192,
        "stop": ["<end_of_turn>", 'a "b"\n'],
        "temperature": 0.7,
        "use_mmap": True,
        "typical_p": 1e-05,
        "odd": "[1, 2]",
        "flag": "",
    }
    assert parse_parameters('stop   "x"') == {"stop": ["x"]}
    assert parse_parameters("a 1\na 2\na 3") == {"a": [1, 2, 3]}


@given(st.text())
def test_any_text_has_parameters(text):
    assert isinstance(parse_parameters(text), dict)


def test_a_model_of_which_little_is_known():
    shown = msgspec.json.decode(b'{"details": {}, "model_info": {"general.architecture": "x"}}', type=Show)
    info = shown.info("some:model", None)
    assert (info.name, info.digest, info.size, info.context_length, info.layers) == ("some:model", "", None, None, None)


@pytest.mark.parametrize("depth", range(4))
def test_an_error_is_unwrapped_however_deep(depth):
    error: object = {"message": "it broke", "type": "t", "n_prompt_tokens": 7, "n_ctx": 5}
    for _ in range(depth):
        error = {"error": json.dumps(error)}
    found = read_refusal(error)
    assert (found.text, found.kind, found.prompt_tokens, found.num_ctx) == ("it broke", "t", 7, 5)


@given(JSON)
def test_any_error_is_told_in_words(error):
    told = refused(error, 500)
    assert told.message.startswith(("The server answered 500", "The prompt"))
    assert refused(json.dumps(error)).message


@given(JSON)
def test_a_line_of_any_json_is_a_line_or_no_line(value):
    try:
        line = msgspec.json.decode(msgspec.json.encode({"message": value, "error": value, "done": True}), type=Line)
    except msgspec.ValidationError:
        return
    line.delta()
    assert line.finish()

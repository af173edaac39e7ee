"""A gemma3 model of random weights as a GGUF file: its text is noise; tokens, context and timings are real."""

from pathlib import Path
from typing import Any

HEADS, KV_HEADS, HEAD_DIM = 4, 1, 32
TEXT = """the of and to in is for on with that by as are was be this it from at or an have not report throughput
latency token tokens model models benchmark files file JSON CSV analysis metric mean median ms tok/s GPU context
performance results result summary key findings recommendations memory load time first total average"""
WORDS = TEXT.split()
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-#*|%()[]{}\"'_/=\n▁"
TEMPLATE = (
    "{% for m in messages %}<start_of_turn>{{ m['role'] }}\n{{ m['content'] }}<end_of_turn>\n{% endfor %}"
    "<start_of_turn>model\n"
)
CONTROL_AND_BYTES = 262
"""The first entries of the vocabulary, which are never preferred."""


def write_tiny_gguf(path: Path, *, layers: int = 2, width: int = 64, context: int = 8192) -> Path:
    """Write the model; needs the packages gguf and numpy."""
    import gguf

    writer = gguf.GGUFWriter(str(path), "gemma3")
    pieces = _vocabulary(gguf.TokenType)
    _write_header(writer, gguf, pieces, layers, width, context)
    _write_weights(writer, len(pieces), layers, width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(kinds: Any) -> list[tuple[str, float, Any]]:
    """SentencePiece-style entries: control tokens, bytes, characters, words, numbers."""
    control = [(text, 0.0, kinds.CONTROL) for text in ("<pad>", "<eos>", "<bos>")]
    unknown = [("<unk>", 0.0, kinds.UNKNOWN)]
    raw = [(f"<0x{byte:02X}>", 0.0, kinds.BYTE) for byte in range(256)]
    turns = [(text, 0.0, kinds.CONTROL) for text in ("<start_of_turn>", "<end_of_turn>")]
    text = [(character, -20.0, kinds.NORMAL) for character in CHARACTERS]
    text += [(f"▁{word}", -1.0 - index * 0.01, kinds.NORMAL) for index, word in enumerate(WORDS)]
    text += [(f"▁{number}", -5.0, kinds.NORMAL) for number in range(10, 100)]
    return [*control, *unknown, *raw, *turns, *text]


def _write_header(
    writer: Any, gguf: Any, pieces: list[tuple[str, float, Any]], layers: int, width: int, context: int
) -> None:
    writer.add_name("tiny-random")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(width * 4)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_sliding_window(512)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text.encode() for text, _, _ in pieces])
    writer.add_token_scores([score for _, score, _ in pieces])
    writer.add_token_types([kind for _, _, kind in pieces])
    for name, number in (("pad", 0), ("eos", 1), ("bos", 2), ("unk", 3)):
        getattr(writer, f"add_{name}_token_id")(number)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE)


def _write_weights(writer: Any, vocabulary: int, layers: int, width: int) -> None:
    import numpy as np

    random = np.random.default_rng(7)

    def noise(name: str, *shape: int) -> None:
        scale = 1.0 / np.sqrt(shape[-1])
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape, dtype=np.float32) * np.float32(scale))

    def ones(name: str, size: int) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(size, dtype=np.float32))

    embedding = random.standard_normal((vocabulary, width), dtype=np.float32) * np.float32(0.05)
    embedding[:CONTROL_AND_BYTES] = 0.0
    writer.add_tensor("token_embd.weight", embedding)
    ones("output_norm", width)
    for layer in range(layers):
        block = f"blk.{layer}."
        for name, size in (("attn_norm", width), ("attn_q_norm", HEAD_DIM), ("attn_k_norm", HEAD_DIM),
                           ("post_attention_norm", width), ("ffn_norm", width), ("post_ffw_norm", width)):  # fmt: skip
            ones(block + name, size)
        noise(block + "attn_q", HEADS * HEAD_DIM, width)
        noise(block + "attn_k", KV_HEADS * HEAD_DIM, width)
        noise(block + "attn_v", KV_HEADS * HEAD_DIM, width)
        noise(block + "attn_output", width, HEADS * HEAD_DIM)
        noise(block + "ffn_gate", width * 4, width)
        noise(block + "ffn_up", width * 4, width)
        noise(block + "ffn_down", width, width * 4)

"""Both architectures at full size on a GPU: real configurations, random weights in bfloat16, a byte tokenizer.

    python benchmarks/full_size.py --video CLIP [--folder DIR] [--out DIR]

Writes the checkpoints (21.5 GB) into DIR, runs the GPU's tests, `cosmos-compare bench` and `cosmos-compare run` on
the clip in processes of their own, each with a limit of time, so that what fails loses nothing of the rest. All
output goes to the files of `--out` as it comes. Paths must be free of spaces.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cosmos_compare.demo.tiny import _token_ids, byte_tokenizer
from cosmos_compare.demo.words.chat import TEMPLATE
from cosmos_compare.engines.local.libraries import AutoModelForImageTextToText, torch, transformers

ROOT = Path(__file__).parents[1]
# The values of the published checkpoints (config.json of nvidia/Cosmos-Reason1-7B and nvidia/Cosmos-Reason2-2B).
REASON1 = {
    "text": {
        "hidden_size": 3584,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "intermediate_size": 18944,
        "vocab_size": 152064,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
    },
    "vision": {
        "depth": 32,
        "hidden_size": 1280,
        "num_heads": 16,
        "intermediate_size": 3420,
        "patch_size": 14,
        "window_size": 112,
        "fullatt_block_indexes": [7, 15, 23, 31],
        "out_hidden_size": 3584,
        "tokens_per_second": 2,
    },
}
REASON2 = {
    "text": {
        "hidden_size": 2048,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "intermediate_size": 6144,
        "vocab_size": 151936,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5e6,
            "mrope_section": [24, 20, 20],
            "mrope_interleaved": True,
        },
    },
    "vision": {
        "depth": 24,
        "hidden_size": 1024,
        "num_heads": 16,
        "intermediate_size": 4096,
        "patch_size": 16,
        "num_position_embeddings": 2304,
        "deepstack_visual_indexes": [5, 11, 17],
        "out_hidden_size": 2048,
    },
}

BENCH = "--video-tokens 3000 --frames 24 --tokens 256"
RUN = "--max-frames 24 --max-video-tokens 3000 --max-tokens 64 --temperature 0"


def write_checkpoint(folder: Path, values: dict[str, Any], config_class: Any, processor: Any) -> None:
    """Random weights, made on the GPU: on a processor 8 billion normal draws take minutes."""
    tokenizer = processor.tokenizer
    text = {
        **values["text"],
        "max_position_embeddings": 128_000,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    config = config_class(
        **_token_ids(tokenizer), tie_word_embeddings=False, text_config=text, vision_config=values["vision"]
    )
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def write_both(folder: Path) -> dict[str, Path]:
    tokenizer = byte_tokenizer()
    reason1 = transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen2VLVideoProcessor(),
        chat_template=TEMPLATE,
    )
    reason2 = transformers.Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=16),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen3VLVideoProcessor(),
        chat_template=TEMPLATE,
    )
    folders = {"reason1-full": folder / "reason1-full", "reason2-full": folder / "reason2-full"}
    write_checkpoint(folders["reason1-full"], REASON1, transformers.Qwen2_5_VLConfig, reason1)
    write_checkpoint(folders["reason2-full"], REASON2, transformers.Qwen3VLConfig, reason2)
    return folders


def attempt(name: str, limit: float, out: Path, words: list[str]) -> dict[str, Any]:
    """Run `python WORDS` for `limit` seconds at most; what it prints goes to NAME.json and NAME.log of `out`."""
    start = time.perf_counter()
    with (out / f"{name}.json").open("w") as stdout, (out / f"{name}.log").open("w") as stderr:
        try:
            code: int | str = subprocess.run(
                [sys.executable, *words], stdout=stdout, stderr=stderr, timeout=limit, cwd=ROOT, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            code = "out of time"
    seconds = round(time.perf_counter() - start, 1)
    print(f"== {name}: {code}, {seconds} s", flush=True)
    for file in (out / f"{name}.log", out / f"{name}.json"):
        print(file.read_text()[-4000:], flush=True)
    return {"result": code, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description="Both architectures at full size.")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where 21.5 GB have room")
    parser.add_argument("--out", type=Path, default=Path("full_size"), help="folder of the results")
    parser.add_argument("--only", nargs="+", default=["bench", "run", "tests"])
    parser.add_argument("--tiles", type=float, default=60, help="seconds for the tiles of the kernels of one model")
    parser.add_argument("--seconds", type=float, default=600, help="for everything together")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["COSMOS_COMPARE_OUTPUTS"] = str(args.out / "outputs")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    start = time.perf_counter()
    folder = args.folder / "cosmos-compare-full-size"
    report: dict[str, Any] = {}
    try:
        models = [f"{name}={path}" for name, path in write_both(folder).items()]
        torch.cuda.empty_cache()
        report["write_s"] = round(time.perf_counter() - start, 1)
        print(f"== checkpoints written in {report['write_s']} s", flush=True)
        plans = {
            "bench": (240, f"-m cosmos_compare bench --json --video {args.video} --models {' '.join(models)} {BENCH}"),
            "run": (110, f"-m cosmos_compare run --json --videos {args.video} --models {' '.join(models)} {RUN}"),
            "tests": (120, "-m pytest -q -W default -p no:cacheprovider tests/engines/test_engine_gpu.py"),
            "soak": (150, "benchmarks/engine.py soak"),
            "doctor": (20, "-m cosmos_compare doctor"),
            "models": (20, "-m cosmos_compare models"),
            "stages2": (60, f"benchmarks/engine.py stages {models[1]}"),
            "stages1": (60, f"benchmarks/engine.py stages {models[0]}"),
            "tiles2": (200, f"benchmarks/engine.py tiles {models[1]} --seconds {args.tiles}"),
            "tiles1": (200, f"benchmarks/engine.py tiles {models[0]} --seconds {args.tiles}"),
        }
        for name in args.only:
            limit, words = plans[name]
            left = args.seconds - (time.perf_counter() - start)
            if left > 10:
                report[name] = attempt(name, min(limit, left), args.out, words.split())
            (args.out / "report.json").write_text(json.dumps(report, indent=2))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

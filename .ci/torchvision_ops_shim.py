"""Let a CUDA-built torchvision import beside a CPU-only torch: define the two op schemas it registers fakes for.

Installed beside a .pth file, it runs in every interpreter of the venv (vLLM's worker processes too) and
costs nothing until torchvision is imported.
"""

import sys


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            try:  # a matched build brings its own ops: leave it alone
                torch.ops.torchvision.nms
            except (AttributeError, RuntimeError):
                lib = torch.library.Library("torchvision", "DEF")
                for op in ("nms", "qnms"):
                    lib.define(f"{op}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
                _Finder.keep = lib
        return


sys.meta_path.insert(0, _Finder())

"""PNG files of frames."""

import cv2
import numpy as np
import numpy.typing as npt


def encode_png(image: npt.NDArray[np.uint8]) -> bytes:
    """PNG bytes of an RGB image, uint8 (height, width, 3)."""
    # Fast compression: frames are written while people wait, and equal ones are stored once.
    ok, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not ok:
        raise ValueError(f"an image of shape {image.shape} can't be written as PNG")
    return data.tobytes()

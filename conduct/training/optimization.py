"""What all trainings share: the device, and the learning rate over the steps."""

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def device() -> str:
    """An accelerator, if torch finds one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def schedule(optimizer: Optimizer, warm_up: float, steps: int) -> LambdaLR:
    """The rate rises during the share `warm_up` of the steps, and falls to zero at the last."""
    return LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / (warm_up * steps)) * max(0.0, 1 - step / steps))

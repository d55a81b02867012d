import torch, math
import torch.nn.functional as F
def sinusoidal_positions(length, width, dtype=torch.float64):
    """PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i+1) = cos of the same angle: [length, D]."""
    channel = torch.arange(width, dtype=torch.float64)
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000.0 ** (2 * (channel // 2) / width)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos()).to(dtype)


def sequence_loss(logits, sequences, label_smoothing=0.0):
    """L_AT: per image the mean over its U + 1 positions (labels and the first 0), then the batch mean.

    Shapes: logits [N, L, K + 1] with L > every U. Returns the loss and the [N] losses of the images.
    """
    losses = []
    for image_logits, sequence in zip(logits, sequences):
        target = torch.tensor(list(sequence) + [0])
        losses.append(F.cross_entropy(image_logits[:len(target)], target, label_smoothing=label_smoothing))
    return torch.stack(losses).mean(), torch.stack(losses)

"""The joint CTC-Attention model (JCM) in plain PyTorch: the numeric oracle of the Swift implementation.

Attribute recognition (as a label sequence: CTC and a Transformer) and person re-identification over one
CNN (Liu et al., arXiv 1811.08115). There is no dropout: two random streams cannot be compared.

    images [N, H, W, 3] -> cnn -> pooled columns [N, T, C] -> birnn [N, T, D] -> ctc     [N, T, K + 1]
                                                              encoder/decoder -> output  [N, L, K + 1]
                                                  flattened columns -> fc0 -> fc1        [N, identities]

N batch, T columns, C = 32 · base width, D model width, K labels (0 is the CTC blank and the decoder's end),
L = longest sequence of the batch + 1. The paper's model in float32: `JCM(PAPER).float()`.
"""

import json
import math
from dataclasses import dataclass

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Configuration:
    """The sizes and switches; the defaults are the paper's model for Market-1501."""

    height: int = 224
    width: int = 112
    labels: int = 35  # K
    identities: int = 751
    blocks: tuple = (3, 4, 6, 3)
    base_width: int = 64  # stem and inner width of stage 1; stage s has inner width 2^(s-1) times this
    strided_stages: tuple = (2, 3, 4)  # those whose first block has stride (2, 1); or (1, 2, 3, 4)
    column_pooling: str = "mean"  # or "max"
    column_norm: bool = False  # batch normalisation of the columns, without scale and shift
    recurrent: str = "lstm"  # or "gru"
    model_width: int = 1024  # D
    encoder_layers: int = 6
    decoder_layers: int = 6
    heads: int = 8
    feed_forward: int = 4096
    pre_norm: bool = False  # with final layer norms
    positions: str = "sinusoidal"  # or "learned"
    longest_sequence: int = 28  # U; learned decoder positions have U + 1 rows
    fc0_width: int = 1024
    fc0_norm: bool = False
    label_smoothing: float = 0.0  # of L_AT only
    identity_weight: float = 4.0  # lambda

    @property
    def column_channels(self) -> int:
        return 32 * self.base_width

    @property
    def columns(self) -> int:
        """T: stem convolution and max-pool halve the width, rounding up; the stages keep it."""
        return ((self.width + 1) // 2 + 1) // 2


PAPER = Configuration()


class Bottleneck(nn.Module):
    """ResNet version 1: the stride (2, 1) sits in the first 1×1 convolution and in the projection."""

    def __init__(self, channels: int, inner: int, stride: tuple, projected: bool):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, inner, 1, stride, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, 4 * inner, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * inner)
        self.relu = nn.ReLU()
        if projected:
            projection = nn.Conv2d(channels, 4 * inner, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(4 * inner))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class Backbone(nn.Module):
    """ResNet-50 whose stages stride over the height only; torchvision's names."""

    def __init__(self, configuration: Configuration):
        super().__init__()
        channels = configuration.base_width
        self.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for stage, count in enumerate(configuration.blocks, start=1):
            inner = configuration.base_width * 2 ** (stage - 1)
            stride = (2, 1) if stage in configuration.strided_stages else (1, 1)
            blocks = [Bottleneck(channels, inner, stride, True)]
            blocks += [Bottleneck(4 * inner, inner, (1, 1), False) for _ in range(count - 1)]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            channels = 4 * inner

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


@dataclass
class Outputs:
    """Everything that is compared; heads give logits, never probabilities."""

    columns: torch.Tensor  # [N, T, C], pooled, before column_norm
    normalised_columns: torch.Tensor  # [N, T, C], what the heads read; = columns without column_norm
    sequence: torch.Tensor  # [N, T, D], output of birnn
    ctc_logits: torch.Tensor  # [N, T, K + 1]
    attention_logits: torch.Tensor  # [N, L, K + 1]
    fc0_linear: torch.Tensor  # [N, fc0_width], fc0 itself: before fc0_norm and ReLU
    fc0_activation: torch.Tensor  # [N, fc0_width], after fc0_norm and ReLU
    identity_logits: torch.Tensor  # [N, identities]


@dataclass
class Losses:
    identity: torch.Tensor
    ctc: torch.Tensor
    attention: torch.Tensor
    total: torch.Tensor  # lambda · identity + ctc + attention


class JCM(nn.Module):
    """The whole model; parameter names are those of the Swift parameter store and its checkpoints."""

    def __init__(self, configuration: Configuration = PAPER):
        super().__init__()
        self.configuration = c = configuration
        width, classes = c.model_width, c.labels + 1
        self.cnn = Backbone(c)
        if c.column_norm:
            self.column_norm = nn.BatchNorm1d(c.column_channels, affine=False)
        recurrent = {"lstm": nn.LSTM, "gru": nn.GRU}[c.recurrent]
        self.birnn = recurrent(c.column_channels, width // 2, 2, bidirectional=True, batch_first=True)
        self.ctc = nn.Linear(width, classes)
        self.embedding = nn.Embedding(c.labels + 2, width)
        if c.positions == "learned":
            self.encoder_positions = nn.Embedding(c.columns, width)
            self.decoder_positions = nn.Embedding(c.longest_sequence + 1, width)
        shared = {"dropout": 0.0, "norm_first": c.pre_norm, "batch_first": True}
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(width, c.heads, c.feed_forward, **shared),
            c.encoder_layers,
            nn.LayerNorm(width) if c.pre_norm else None,
            enable_nested_tensor=False,
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(width, c.heads, c.feed_forward, **shared),
            c.decoder_layers,
            nn.LayerNorm(width) if c.pre_norm else None,
        )
        self.output = nn.Linear(width, classes)
        self.fc0 = nn.Linear(c.columns * c.column_channels, c.fc0_width)
        if c.fc0_norm:
            self.fc0_norm = nn.BatchNorm1d(c.fc0_width)
        self.relu = nn.ReLU()
        self.fc1 = nn.Linear(c.fc0_width, c.identities)

    def _add_positions(self, x, learned: str):
        if self.configuration.positions == "learned":
            return x + getattr(self, learned).weight[: x.shape[1]]
        return x + sinusoidal_positions(x.shape[1], x.shape[2], x.dtype)

    def forward(self, images, sequences) -> Outputs:
        """Shapes: images [N, H, W, 3], sequences N lists of labels 1…K."""
        c = self.configuration
        maps = self.cnn(images.permute(0, 3, 1, 2))  # [N, C, h, T]
        pooled = maps.mean(dim=2) if c.column_pooling == "mean" else maps.amax(dim=2)
        columns = normalised = pooled.transpose(1, 2)  # [N, T, C]
        if c.column_norm:  # statistics over N · T
            normalised = self.column_norm(columns.flatten(0, 1)).reshape(columns.shape)

        sequence, _ = self.birnn(normalised)
        memory = self.encoder(self._add_positions(sequence, "encoder_positions"))

        tokens = decoder_tokens(sequences, start=c.labels + 1)  # [N, L]
        embedded = self.embedding(tokens) * math.sqrt(c.model_width)
        causal = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).triu(1)
        decoded = self.decoder(self._add_positions(embedded, "decoder_positions"), memory, tgt_mask=causal)

        fc0_linear = self.fc0(normalised.flatten(1))  # element t · C + c
        fc0_activation = self.relu(self.fc0_norm(fc0_linear) if c.fc0_norm else fc0_linear)
        heads = self.ctc(sequence), self.output(decoded), fc0_linear, fc0_activation, self.fc1(fc0_activation)
        return Outputs(columns, normalised, sequence, *heads)

    def losses(self, outputs: Outputs, sequences, identities) -> Losses:
        """The three parts and L = lambda · L_ID + L_CTC + L_AT, each a mean over the batch."""
        c = self.configuration
        identity = F.cross_entropy(outputs.identity_logits, torch.as_tensor(identities))
        ctc = ctc_losses(outputs.ctc_logits, sequences).mean()
        attention, _ = sequence_loss(outputs.attention_logits, sequences, c.label_smoothing)
        return Losses(identity, ctc, attention, c.identity_weight * identity + ctc + attention)


def sinusoidal_positions(length: int, width: int, dtype=torch.float64):
    """PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i + 1) = cos of the same angle: [length, D]."""
    channel = torch.arange(width, dtype=torch.float64)
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000.0 ** (2 * (channel // 2) / width)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos()).to(dtype)


def padded(sequences, length: int):
    """[N, length] of labels, 0 behind each sequence."""
    return torch.tensor([list(sequence) + [0] * (length - len(sequence)) for sequence in sequences])


def decoder_tokens(sequences, start: int):
    """[N, L]: the start mark, the labels, 0 up to L = longest sequence + 1."""
    longest = max(len(sequence) for sequence in sequences)
    return padded([[start, *sequence] for sequence in sequences], longest + 1)


def ctc_losses(logits, sequences):
    """-ln P(y | x), blank 0, not divided by a length. Shapes: logits [N, T, K + 1], result [N]."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    steps = torch.full((len(sequences),), logits.shape[1])
    return F.ctc_loss(
        logits.log_softmax(2).transpose(0, 1),
        padded(sequences, int(lengths.max())),
        steps,
        lengths,
        blank=0,
        reduction="none",
    )


def sequence_loss(logits, sequences, label_smoothing: float = 0.0):
    """L_AT: per image the mean over its U + 1 positions (the labels and the first 0), then the batch mean.

    Smoothing e: (1 - e) · cross-entropy + e · mean over all K + 1 classes of -ln p.
    Shapes: logits [N, L, K + 1] with L > every U. Returns the loss and the [N] losses of the images.
    """
    losses = []
    for image_logits, sequence in zip(logits, sequences):
        target = torch.tensor(list(sequence) + [0])
        losses.append(F.cross_entropy(image_logits[: len(target)], target, label_smoothing=label_smoothing))
    return torch.stack(losses).mean(), torch.stack(losses)


def load_safetensors_or_hdf5(path) -> dict:
    """Tensors by PyTorch name, in PyTorch layout.

    HDF5: the data sets under `/parameters`; one whose attribute `layout` is "OHWI" is permuted to OIHW.
    Anything else is read as safetensors (F32, F64 or I64, little-endian).
    """
    tensors = {}

    def visit(name, dataset):
        if isinstance(dataset, h5py.Dataset):
            tensor = torch.from_numpy(dataset[()])
            ohwi = dataset.attrs.get("layout") in ("OHWI", b"OHWI")
            tensors[name] = tensor.permute(0, 3, 1, 2).contiguous() if ohwi else tensor

    if h5py.is_hdf5(path):
        with h5py.File(path, "r") as file:
            file["parameters"].visititems(visit)
        return tensors
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    types = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            values = np.frombuffer(body[start:end], types[entry["dtype"]])
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def assign(model: nn.Module, tensors: dict):
    """Copies the tensors into the model; every parameter must be there, nothing unknown may be.

    Running statistics may be absent (they keep their values).
    """
    state = {name: tensor for name, tensor in model.state_dict().items() if "num_batches_tracked" not in name}
    missing = {name for name, _ in model.named_parameters()} - tensors.keys()
    wrong = [name for name in tensors.keys() & state.keys() if tensors[name].shape != state[name].shape]
    unknown = tensors.keys() - state.keys()
    if missing or unknown or wrong:
        raise ValueError(f"missing {sorted(missing)}, unknown {sorted(unknown)}, other shape {sorted(wrong)}")
    with torch.no_grad():
        for name, tensor in tensors.items():
            state[name].copy_(tensor)

#!/usr/bin/env python3
"""CPU time of one PyTorch training step: the yardstick for Espalier's own training loop.

    /usr/bin/python3 tools/bench/torch_peer.py [--model resnet20|vgg16] [--precision fp32|bf16] [--steps N] [--threads N]

A step is forward, cross entropy, backward and an SGD update on a batch of 128 random 32x32 images, channels last; bf16
is autocast. Without --model or --precision all of them are measured. Prints one JSON line per measurement; cpu_ms is
process time over all threads, per step, after warm-up.
"""
import argparse
import json
import time

import torch
import torch.nn.functional as F
from torch import nn


def conv_bn(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Basic block with the option-A shortcut: every second pixel, zero channels on both sides."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.extra = (outputs - inputs) // 2
        self.first, self.second = conv_bn(inputs, outputs, 2 if self.extra else 1), conv_bn(outputs, outputs)

    def forward(self, x):
        y = self.second(F.relu(self.first(x)))
        if self.extra:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra, self.extra))
        return F.relu(x + y)


def resnet20():
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    return nn.Sequential(conv_bn(3, 16), nn.ReLU(), *map(Block, widths, widths[1:]), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Linear(64, 10))


def vgg16():
    layers, inputs = [], 3
    for outputs in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
        if outputs:
            layers += [conv_bn(inputs, outputs), nn.ReLU()]
            inputs = outputs
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


MODELS = {'resnet20': resnet20, 'vgg16': vgg16}


def measure(model, precision, steps, threads, batch=128, warm_up=2):
    torch.manual_seed(0)
    net = MODELS[model]().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    x = torch.randn(batch, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(10, (batch,))
    for step in range(warm_up + steps):
        if step == warm_up:
            cpu, wall = time.process_time(), time.perf_counter()
        with torch.autocast('cpu', dtype=torch.bfloat16, enabled=precision == 'bf16'):
            logits = net(x)
        loss = F.cross_entropy(logits.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {'peer': 'torch ' + torch.__version__, 'model': model, 'precision': precision, 'batch': batch, 'steps': steps,
            'threads': threads, 'mkldnn': torch.backends.mkldnn.is_available(),
            'cpu_ms': round(1000 * cpu / steps, 2), 'wall_ms': round(1000 * wall / steps, 2),
            'loss': round(loss.item(), 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', choices=MODELS)
    parser.add_argument('--precision', choices=('fp32', 'bf16'))
    parser.add_argument('--steps', type=int, default=10)
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for model in [options.model] if options.model else MODELS:
        for precision in [options.precision] if options.precision else ('fp32', 'bf16'):
            print(json.dumps(measure(model, precision, options.steps, options.threads)), flush=True)


if __name__ == '__main__':
    main()

package io.espalier.zoo;

/** Residual networks with the activation after the addition: ResNet for CIFAR and ResNeXt. */
final class ResidualNetworks {
  /** What leads around a block that changes the shape. */
  private enum Shortcut {
    /** Every second pixel, and zeros for the new channels: no parameters (option A). */
    PAD,
    /** A 1x1 convolution and a batch normalisation (option B). */
    PROJECT
  }

  private ResidualNetworks() {}

  /** Depth {@code 6 n + 2}, 16/32/64 channels, option-A shortcuts (He et al., section 4.2). */
  static Recipe cifar(int depth) {
    int blocks = (depth - 2) / 6;
    return (net, options) -> basic(net, options, new int[] {16, 32, 64}, blocks, Shortcut.PAD);
  }

  /** One block a stage, 16/32/64 channels, projections. */
  static Feature resnet8(Layers net, ZooOptions options) {
    return basic(net, options, new int[] {16, 32, 64}, 1, Shortcut.PROJECT);
  }

  /** ResNet-18 with the 3x3 stem of stride 1 that 32x32 images ask for. */
  static Feature resnet18(Layers net, ZooOptions options) {
    return basic(net, options, new int[] {64, 128, 256, 512}, 2, Shortcut.PROJECT);
  }

  /** ResNeXt-20 (4x16d): three stages of two bottlenecks with four groups. */
  static Feature resnext20(Layers net, ZooOptions options) {
    Feature x = stem(net, options, 64);
    for (int stage = 0; stage < 3; stage++) {
      for (int block = 0; block < 2; block++) {
        String name = "stage%d.block%d".formatted(stage + 1, block);
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = grouped(net, name, x, 64 << stage, stride);
      }
    }
    return net.classifier(x, options.classes());
  }

  private static Feature basic(
      Layers net, ZooOptions options, int[] widths, int blocks, Shortcut shortcut) {
    Feature x = stem(net, options, widths[0]);
    for (int stage = 0; stage < widths.length; stage++) {
      for (int block = 0; block < blocks; block++) {
        String name = "stage%d.block%d".formatted(stage + 1, block);
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block(net, name, x, widths[stage], stride, shortcut);
      }
    }
    return net.classifier(x, options.classes());
  }

  private static Feature stem(Layers net, ZooOptions options, int width) {
    Feature x = net.conv("stem.conv", net.input(options.inputShape()), width, 3, 1, 1);
    return net.relu("stem.relu", net.norm("stem.bn", x));
  }

  private static Feature block(
      Layers net, String name, Feature x, int width, int stride, Shortcut shortcut) {
    Feature y = net.conv(name + ".conv1", x, width, 3, stride, 1);
    y = net.relu(name + ".relu1", net.norm(name + ".bn1", y));
    y = net.norm(name + ".bn2", net.conv(name + ".conv2", y, width, 3, 1, 1));
    return join(net, name, y, around(net, name, x, width, stride, shortcut));
  }

  /** 1x1, 3x3 in four groups, 1x1 to four times the width. */
  private static Feature grouped(Layers net, String name, Feature x, int width, int stride) {
    Feature y = net.conv(name + ".conv1", x, width, 1, 1, 0);
    y = net.relu(name + ".relu1", net.norm(name + ".bn1", y));
    y = net.conv(name + ".conv2", y, width, 3, stride, 1, 4);
    y = net.relu(name + ".relu2", net.norm(name + ".bn2", y));
    y = net.norm(name + ".bn3", net.conv(name + ".conv3", y, 4 * width, 1, 1, 0));
    return join(net, name, y, around(net, name, x, 4 * width, stride, Shortcut.PROJECT));
  }

  private static Feature join(Layers net, String name, Feature branch, Feature around) {
    return net.relu(name + ".relu", net.add(name + ".add", branch, around));
  }

  private static Feature around(
      Layers net, String name, Feature x, int width, int stride, Shortcut shortcut) {
    if (stride == 1 && x.channels() == width) {
      return x;
    }
    return switch (shortcut) {
      case PAD -> {
        Feature smaller = net.subsample(name + ".shortcut.slice", x, stride);
        yield net.padChannels(name + ".shortcut.pad", smaller, (width - x.channels()) / 2);
      }
      case PROJECT -> {
        Feature y = net.conv(name + ".shortcut.conv", x, width, 1, stride, 0);
        yield net.norm(name + ".shortcut.bn", y);
      }
    };
  }
}

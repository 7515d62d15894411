package io.espalier.zoo;

/**
 * Networks with normalisation and activation before each convolution: pre-activation ResNets and
 * DenseNet.
 */
final class PreActivationNetworks {
  private static final int GROWTH = 12;
  private static final int DENSE_LAYERS = 12;
  private static final int DENSE_STEM = 16;

  private PreActivationNetworks() {}

  /** Depth {@code 6 n + 2}: two 3x3 convolutions a block, 16/32/64 channels. */
  static Recipe basic(int depth) {
    int blocks = (depth - 2) / 6;
    return (net, options) -> residual(net, options, blocks, false);
  }

  /** Depth {@code 9 n + 2}: bottlenecks of 16/32/64 channels, streams of 64/128/256. */
  static Recipe bottleneck(int depth) {
    int blocks = (depth - 2) / 9;
    return (net, options) -> residual(net, options, blocks, true);
  }

  /** Three blocks of twelve 3x3 layers; the transitions between them keep the width. */
  static Feature densenet40(Layers net, ZooOptions options) {
    Feature x = net.conv("stem.conv", net.input(options.inputShape()), DENSE_STEM, 3, 1, 1);
    for (int block = 1; block <= 3; block++) {
      for (int layer = 0; layer < DENSE_LAYERS; layer++) {
        String name = "block%d.layer%d".formatted(block, layer);
        Feature grown = net.conv(name + ".conv", active(net, name, "", x), GROWTH, 3, 1, 1);
        x = net.concat(name + ".concat", x, grown);
      }
      if (block < 3) {
        String name = "transition%d".formatted(block);
        x = net.conv(name + ".conv", active(net, name, "", x), x.channels(), 1, 1, 0);
        x = net.averagePool(name + ".pool", x, 2);
      }
    }
    return net.classifier(active(net, "last", "", x), options.classes());
  }

  private static Feature residual(Layers net, ZooOptions options, int blocks, boolean bottleneck) {
    Feature x = net.conv("stem.conv", net.input(options.inputShape()), 16, 3, 1, 1);
    for (int stage = 0; stage < 3; stage++) {
      for (int block = 0; block < blocks; block++) {
        String name = "stage%d.block%d".formatted(stage + 1, block);
        int stride = stage > 0 && block == 0 ? 2 : 1;
        int width = 16 << stage;
        x = bottleneck ? narrow(net, name, x, width, stride) : wide(net, name, x, width, stride);
      }
    }
    return net.classifier(active(net, "last", "", x), options.classes());
  }

  private static Feature wide(Layers net, String name, Feature x, int width, int stride) {
    Feature y = net.conv(name + ".conv1", active(net, name, "1", x), width, 3, stride, 1);
    y = net.conv(name + ".conv2", active(net, name, "2", y), width, 3, 1, 1);
    return net.add(name + ".add", y, around(net, name, x, width, stride));
  }

  private static Feature narrow(Layers net, String name, Feature x, int width, int stride) {
    Feature y = net.conv(name + ".conv1", active(net, name, "1", x), width, 1, 1, 0);
    y = net.conv(name + ".conv2", active(net, name, "2", y), width, 3, stride, 1);
    y = net.conv(name + ".conv3", active(net, name, "3", y), 4 * width, 1, 1, 0);
    return net.add(name + ".add", y, around(net, name, x, 4 * width, stride));
  }

  /** The stream itself, or a 1x1 convolution of it where the shape changes. */
  private static Feature around(Layers net, String name, Feature x, int width, int stride) {
    return stride == 1 && x.channels() == width
        ? x
        : net.conv(name + ".shortcut.conv", x, width, 1, stride, 0);
  }

  private static Feature active(Layers net, String name, String index, Feature x) {
    return net.relu(name + ".relu" + index, net.norm(name + ".bn" + index, x));
  }
}

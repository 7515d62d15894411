package io.espalier.zoo;

/** Networks without branches: LeNet, VGG and M-CifarNet. */
final class ChainNetworks {
  /** A maximum pooling among the widths of a VGG. */
  private static final int POOL = 0;

  private static final int[] VGG_11 = {
    64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512
  };
  private static final int[] VGG_16 = {
    64, 64, POOL, 128, 128, POOL, 256, 256, 256, POOL, 512, 512, 512, POOL, 512, 512, 512
  };
  private static final int[] VGG_19 = {
    64, 64, POOL, 128, 128, POOL, 256, 256, 256, 256, POOL, 512, 512, 512, 512, POOL, 512, 512, 512,
    512
  };

  private ChainNetworks() {}

  static Feature lenet(Layers net, ZooOptions options) {
    Feature x = net.input(options.inputShape());
    x = net.relu("relu1", net.convWithBias("conv1", x, 20, 5));
    x = net.maxPool("pool1", x, 2);
    x = net.relu("relu2", net.convWithBias("conv2", x, 50, 5));
    x = net.flatten("flatten", net.maxPool("pool2", x, 2));
    x = net.relu("relu3", net.linear("fc1", x, 500));
    return net.linear("fc2", x, options.classes());
  }

  /** VGG with batch normalisation and, as in network slimming, one linear layer at the end. */
  static Recipe vgg(int depth) {
    int[] widths =
        switch (depth) {
          case 11 -> VGG_11;
          case 16 -> VGG_16;
          case 19 -> VGG_19;
          default -> throw new IllegalArgumentException("no VGG of depth " + depth);
        };
    return (net, options) -> vgg(net, options, widths);
  }

  private static Feature vgg(Layers net, ZooOptions options, int[] widths) {
    Feature x = net.input(options.inputShape());
    int stage = 1;
    int layer = 1;
    for (int width : widths) {
      if (width == POOL) {
        x = net.maxPool("stage%d.pool".formatted(stage), x, 2);
        stage++;
        layer = 1;
      } else {
        x = convolution(net, "stage%d".formatted(stage), layer, x, width, 1, 1);
        layer++;
      }
    }
    return net.classifier(x, options.classes());
  }

  /** Eight convolutions; the first is not padded; a 1x1 convolution classifies. */
  static Feature mCifarNet(Layers net, ZooOptions options) {
    Feature x = net.input(options.inputShape());
    x = convolution(net, "stage1", 1, x, 64, 1, 0);
    x = convolution(net, "stage1", 2, x, 64, 1, 1);
    x = convolution(net, "stage2", 1, x, 128, 2, 1);
    x = convolution(net, "stage2", 2, x, 128, 1, 1);
    x = net.dropout("stage2.dropout", x, 0.5);
    x = convolution(net, "stage2", 3, x, 128, 1, 1);
    x = convolution(net, "stage3", 1, x, 192, 2, 1);
    x = convolution(net, "stage3", 2, x, 192, 1, 1);
    x = net.dropout("stage3.dropout", x, 0.5);
    x = convolution(net, "stage3", 3, x, 192, 1, 1);
    x = net.convWithBias("classifier", net.globalPool("pool", x), options.classes(), 1);
    return net.flatten("flatten", x);
  }

  private static Feature convolution(
      Layers net, String stage, int layer, Feature x, int width, int stride, int padding) {
    Feature y = net.conv(stage + ".conv" + layer, x, width, 3, stride, padding);
    return net.relu(stage + ".relu" + layer, net.norm(stage + ".bn" + layer, y));
  }
}

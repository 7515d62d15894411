package io.espalier.zoo;

import java.util.List;

/** MobileNetV2 with the strides that 32x32 images ask for. */
final class MobileNetworks {
  /** Blocks of equal width; the stride is that of the first. */
  private record Stage(int expansion, int width, int blocks, int stride) {}

  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 16, 1, 1),
          new Stage(6, 24, 2, 1),
          new Stage(6, 32, 3, 2),
          new Stage(6, 64, 4, 2),
          new Stage(6, 96, 3, 1),
          new Stage(6, 160, 3, 2),
          new Stage(6, 320, 1, 1));

  private MobileNetworks() {}

  static Feature mobileNetV2(Layers net, ZooOptions options) {
    Feature x = net.conv("stem.conv", net.input(options.inputShape()), 32, 3, 1, 1);
    x = net.relu6("stem.relu", net.norm("stem.bn", x));
    for (int i = 0; i < STAGES.size(); i++) {
      Stage stage = STAGES.get(i);
      for (int block = 0; block < stage.blocks(); block++) {
        String name = "stage%d.block%d".formatted(i + 1, block);
        x = inverted(net, name, x, stage, block == 0 ? stage.stride() : 1);
      }
    }
    x = net.norm("head.bn", net.conv("head.conv", x, 1280, 1, 1, 0));
    x = net.globalPool("pool", net.relu6("head.relu", x));
    x = net.dropout("dropout", net.flatten("flatten", x), 0.2);
    return net.linear("classifier", x, options.classes());
  }

  /** Expansion, depthwise 3x3, linear projection; added to the input where the shape stays. */
  private static Feature inverted(Layers net, String name, Feature x, Stage stage, int stride) {
    Feature y = x;
    if (stage.expansion() > 1) {
      int wide = x.channels() * stage.expansion();
      y = net.norm(name + ".expand.bn", net.conv(name + ".expand.conv", x, wide, 1, 1, 0));
      y = net.relu6(name + ".expand.relu", y);
    }
    y = net.conv(name + ".depthwise.conv", y, y.channels(), 3, stride, 1, y.channels());
    y = net.relu6(name + ".depthwise.relu", net.norm(name + ".depthwise.bn", y));
    y = net.conv(name + ".project.conv", y, stage.width(), 1, 1, 0);
    y = net.norm(name + ".project.bn", y);
    boolean same = stride == 1 && x.channels() == stage.width();
    return same ? net.add(name + ".add", y, x) : y;
  }
}

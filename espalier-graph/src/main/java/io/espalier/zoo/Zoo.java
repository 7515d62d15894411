package io.espalier.zoo;

import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Builds well-known networks with seeded random weights. Every network has the input {@code input}
 * of shape {@code [batch, C, H, W]} and the output {@code logits} of shape {@code [batch,
 * classes]}, with a batch that is not fixed.
 */
public final class Zoo {
  private record Entry(ZooNetwork network, Recipe recipe) {}

  private static final Shape CIFAR = Shape.of(3, 32, 32);
  private static final Shape MNIST = Shape.of(1, 28, 28);
  private static final Map<String, Entry> ENTRIES = entries();

  private Zoo() {}

  /** The names of all networks. */
  public static List<String> names() {
    return List.copyOf(ENTRIES.keySet());
  }

  /** All networks. */
  public static List<ZooNetwork> networks() {
    return ENTRIES.values().stream().map(Entry::network).toList();
  }

  /**
   * The network called {@code name}, whatever the case of its letters.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static ZooNetwork network(String name) {
    return entry(name).network();
  }

  /** The published variant of {@code name}, with weights that follow from {@code seed}. */
  public static Graph build(String name, long seed) {
    return build(name, network(name).defaults().withSeed(seed));
  }

  /**
   * The network {@code name} built to {@code options}.
   *
   * @throws IllegalArgumentException if there is no such network, or if the images are too small
   *     for it
   */
  public static Graph build(String name, ZooOptions options) {
    Entry entry = entry(name);
    Layers net = new Layers(entry.network().name(), options.seed());
    try {
      return net.build(entry.recipe().lay(net, options));
    } catch (TooSmallException e) {
      throw new IllegalArgumentException(
          "%s cannot take images of %s: %s"
              .formatted(entry.network().name(), options.inputShape(), e.getMessage()),
          e);
    }
  }

  private static Entry entry(String name) {
    Entry entry = ENTRIES.get(name.toLowerCase(Locale.ROOT));
    if (entry == null) {
      throw new IllegalArgumentException(
          "no network is called '%s'; there are %s"
              .formatted(name, String.join(", ", ENTRIES.keySet())));
    }
    return entry;
  }

  private static Map<String, Entry> entries() {
    Map<String, Entry> all = new LinkedHashMap<>();
    chains(all);
    residual(all);
    preActivation(all);
    put(
        all,
        "mobilenetv2",
        "MobileNetV2: inverted residuals, depthwise; stem and second stage without stride",
        CIFAR,
        MobileNetworks::mobileNetV2);
    return all;
  }

  private static void chains(Map<String, Entry> all) {
    put(
        all,
        "lenet",
        "LeNet-5 of Caffe: 20 and 50 filters of 5x5, 500 hidden units, no padding",
        MNIST,
        ChainNetworks::lenet);
    for (int depth : new int[] {11, 16, 19}) {
      put(
          all,
          "vgg" + depth,
          "VGG-" + depth + " with batch normalisation and one linear layer (network slimming)",
          CIFAR,
          ChainNetworks.vgg(depth));
    }
    put(
        all,
        "m-cifarnet",
        "M-CifarNet: eight 3x3 convolutions, 64/128/192 channels, the first not padded",
        CIFAR,
        ChainNetworks::mCifarNet);
  }

  private static void residual(Map<String, Entry> all) {
    put(
        all,
        "resnet8",
        "small ResNet: three stages of one block, 16/32/64 channels, projection shortcuts",
        CIFAR,
        ResidualNetworks::resnet8);
    for (int depth : new int[] {20, 32, 44, 56, 110}) {
      put(
          all,
          "resnet" + depth,
          "ResNet-" + depth + " for CIFAR: 16/32/64 channels, shortcuts padded with zeros",
          CIFAR,
          ResidualNetworks.cifar(depth));
    }
    put(
        all,
        "resnet18",
        "ResNet-18 with a 3x3 stem: 64/128/256/512 channels, projection shortcuts",
        CIFAR,
        ResidualNetworks::resnet18);
    put(
        all,
        "resnext20",
        "ResNeXt-20 (4x16d): bottlenecks whose 3x3 convolution has four groups",
        CIFAR,
        ResidualNetworks::resnext20);
  }

  private static void preActivation(Map<String, Entry> all) {
    for (int depth : new int[] {20, 56}) {
      put(
          all,
          "preresnet" + depth,
          "pre-activation ResNet-" + depth + " for CIFAR: two 3x3 convolutions a block",
          CIFAR,
          PreActivationNetworks.basic(depth));
    }
    put(
        all,
        "preresnet164",
        "pre-activation ResNet-164 for CIFAR: bottlenecks, streams of 64/128/256 channels",
        CIFAR,
        PreActivationNetworks.bottleneck(164));
    put(
        all,
        "densenet40",
        "DenseNet-40: growth 12, three blocks of twelve layers, transitions keep the width",
        CIFAR,
        PreActivationNetworks::densenet40);
  }

  private static void put(
      Map<String, Entry> all, String name, String description, Shape image, Recipe recipe) {
    ZooOptions defaults = new ZooOptions(10, image, 0);
    all.put(name, new Entry(new ZooNetwork(name, description, defaults), recipe));
  }
}

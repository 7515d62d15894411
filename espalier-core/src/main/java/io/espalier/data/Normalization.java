package io.espalier.data;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Mean and standard deviation that are taken from the pixels on the scale 0 to 1: {@code (pixel /
 * 255 - mean) / std}. One value holds for every channel, or there is one a channel.
 */
public record Normalization(float[] mean, float[] std) {
  /** Key of the means in the metadata of an ONNX file. */
  public static final String MEAN_KEY = "espalier.mean";

  /** Key of the standard deviations in the metadata of an ONNX file. */
  public static final String STD_KEY = "espalier.std";

  private static final Map<String, Normalization> PRESETS = presets();

  public Normalization {
    mean = mean.clone();
    std = std.clone();
    if (mean.length != std.length || (mean.length != 1 && mean.length != 3)) {
      throw new DataException(
          "mean and std need 1 or 3 values each, but got %d and %d"
              .formatted(mean.length, std.length));
    }
    for (int i = 0; i < mean.length; i++) {
      if (!Float.isFinite(mean[i]) || !Float.isFinite(std[i]) || std[i] <= 0) {
        throw new DataException(
            "mean must be finite and std positive, but got %s and %s".formatted(mean[i], std[i]));
      }
    }
  }

  @Override
  public float[] mean() {
    return mean.clone();
  }

  @Override
  public float[] std() {
    return std.clone();
  }

  /** The names of the presets. */
  public static List<String> presetNames() {
    return List.copyOf(PRESETS.keySet());
  }

  /**
   * A known normalisation: imagenet, cifar10, cifar100, mnist, fashion-mnist, half (to -1..1), none
   * (0..1) or bytes (0..255).
   *
   * @throws DataException where the name is unknown
   */
  public static Normalization preset(String name) {
    Normalization preset = PRESETS.get(name);
    if (preset == null) {
      throw new DataException(
          "unknown normalization '%s', expected one of %s"
              .formatted(name, String.join(", ", PRESETS.keySet())));
    }
    return preset;
  }

  /**
   * What to assume where nothing is known, because the network's file records no normalisation and
   * the user gave none: imagenet for RGB images, half for grey ones.
   */
  public static Normalization defaultFor(int channels) {
    return preset(channels == 3 ? "imagenet" : "half");
  }

  /** Reads {@code 0.485,0.456,0.406} and {@code 0.229,0.224,0.225}. */
  public static Normalization parse(String mean, String std) {
    return new Normalization(numbers("mean", mean), numbers("std", std));
  }

  /** What the metadata of an ONNX file records, if it records both. */
  public static Optional<Normalization> fromMetadata(Map<String, String> metadata) {
    String mean = metadata.get(MEAN_KEY);
    String std = metadata.get(STD_KEY);
    return mean == null || std == null ? Optional.empty() : Optional.of(parse(mean, std));
  }

  /** The entries for the metadata of an ONNX file. */
  public Map<String, String> toMetadata() {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(MEAN_KEY, join(mean));
    entries.put(STD_KEY, join(std));
    return entries;
  }

  /** One table a channel: pixel value 0 to 255 to normalised value. */
  float[][] tables(int channels) {
    if (mean.length != 1 && mean.length != channels) {
      throw new DataException(
          "the normalization has %d channels (%s), but the images have %d"
              .formatted(mean.length, this, channels));
    }
    float[][] tables = new float[channels][256];
    for (int c = 0; c < channels; c++) {
      int from = mean.length == 1 ? 0 : c;
      for (int value = 0; value < 256; value++) {
        tables[c][value] = (value / 255f - mean[from]) / std[from];
      }
    }
    return tables;
  }

  private static float[] numbers(String what, String text) {
    String[] parts = text.split(",", -1);
    float[] numbers = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        numbers[i] = Float.parseFloat(parts[i].strip());
      } catch (NumberFormatException e) {
        throw new DataException(
            "%s '%s': expected numbers such as 0.485,0.456,0.406".formatted(what, text), e);
      }
    }
    return numbers;
  }

  private static String join(float[] values) {
    StringBuilder text = new StringBuilder();
    for (float value : values) {
      text.append(text.isEmpty() ? "" : ",").append(value);
    }
    return text.toString();
  }

  private static Map<String, Normalization> presets() {
    Map<String, Normalization> presets = new TreeMap<>();
    presets.put("imagenet", parse("0.485,0.456,0.406", "0.229,0.224,0.225"));
    presets.put("cifar10", parse("0.4914,0.4822,0.4465", "0.2470,0.2435,0.2616"));
    presets.put("cifar100", parse("0.5071,0.4865,0.4409", "0.2673,0.2564,0.2762"));
    presets.put("mnist", parse("0.1307", "0.3081"));
    presets.put("fashion-mnist", parse("0.2860", "0.3530"));
    presets.put("half", parse("0.5", "0.5"));
    presets.put("none", parse("0", "1"));
    presets.put("bytes", new Normalization(new float[] {0}, new float[] {1 / 255f}));
    return presets;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalization that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return "mean %s std %s".formatted(join(mean), join(std));
  }
}

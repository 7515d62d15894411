package io.espalier.dynamic;

import java.util.Objects;
import java.util.Set;

/**
 * A gate about each pixel of each channel: Channel Gating (Hua et al., NeurIPS 2019). The layer's
 * input channels are divided. A base path, the convolution of the first of them, is always
 * computed; {@code layer} is the convolution of the others. In the network's masked form, {@code
 * output = base path + d * layer}, where {@code d = 1} if the base path, normalised over the batch,
 * is above the channel's threshold. So the output is the original convolution's where {@code d =
 * 1}, and the base path alone where {@code d = 0}.
 *
 * @param layer the node of the convolution of the other input channels; it bears the original's
 *     name
 * @param base the node of the base path's convolution, with the original's bias
 * @param input the value {@code [N, C_in, ...]} that the original layer read
 * @param output the value {@code [N, C, ...]}, of the name that the original's output had
 * @param channels {@code C}
 * @param score the value {@code [N, C, ...]}: the normalised base path less the thresholds
 * @param scale initializer {@code [C]} of the normalisation, all ones
 * @param shift initializer {@code [C]} of the normalisation: minus the thresholds
 * @param gate the value {@code d}: zeros and ones, {@code [N, C, ...]}
 */
public record PixelGate(
    String layer,
    String base,
    String input,
    String output,
    int channels,
    String score,
    String scale,
    String shift,
    String gate)
    implements Gate {
  public PixelGate {
    Objects.requireNonNull(layer);
    Objects.requireNonNull(base);
    Objects.requireNonNull(input);
    Objects.requireNonNull(output);
    Objects.requireNonNull(score);
    Objects.requireNonNull(scale);
    Objects.requireNonNull(shift);
    Objects.requireNonNull(gate);
    if (channels < 1) {
      throw new IllegalArgumentException(
          "layer '%s' must have 1 channel or more, but got %d".formatted(layer, channels));
    }
  }

  @Override
  public Set<String> learned() {
    return Set.of(shift);
  }

  @Override
  public Set<String> fixed() {
    return Set.of(scale);
  }
}

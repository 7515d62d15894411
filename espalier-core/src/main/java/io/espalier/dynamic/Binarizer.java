package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import java.util.stream.LongStream;

/**
 * Makes the gates of one training pass: one for each pass, so that what is soft or hard together
 * draws once.
 */
final class Binarizer {
  private final double noise;
  private final double soft;
  private final Binarization.Mix mix;
  private DeviceTensor drawn;

  /**
   * @param done share of the joint training that is over
   */
  Binarizer(Binarization options, double done) {
    this.noise = options.noiseAt(done);
    this.soft = options.softAt(done);
    this.mix = options.mix();
  }

  /**
   * The gates of one layer.
   *
   * @param code zeros and ones, or a soft value where the draw says so; the gradient is {@code
   *     gate}'s
   * @param gate the saturating sigmoid {@code v1}
   * @param noisy the noisy saliency {@code v}
   */
  record Gates(DeviceTensor code, DeviceTensor gate, DeviceTensor noisy) {
    /** The columns {@code channels} of each. */
    Gates select(long... channels) {
      return new Gates(
          code.indexSelect(1, channels),
          gate.indexSelect(1, channels),
          noisy.indexSelect(1, channels));
    }
  }

  /** Gates of saliencies {@code [N, C]} or {@code [1, C]}. */
  Gates of(DeviceTensor saliency) {
    DeviceTensor noisy =
        noise == 0 ? saliency : saliency.add(DeviceTensor.randn(saliency.shape()).mul(noise));
    DeviceTensor gate = saturating(noisy);
    DeviceTensor step = step(noisy).sub(gate);
    DeviceTensor correction = soft == 0 ? step : step.mul(hard(saliency.shape()));
    return new Gates(gate.add(correction.detach()), gate, noisy);
  }

  /** As above, where {@code block} neighbouring columns are one gate, with one noise. */
  Gates of(DeviceTensor saliency, int block) {
    if (block == 1) {
      return of(saliency);
    }
    int channels = Math.toIntExact(saliency.size(1));
    long[] first = LongStream.range(0, channels / block).map(b -> b * block).toArray();
    long[] all = LongStream.range(0, channels).map(c -> c / block).toArray();
    return of(saliency.indexSelect(1, first)).select(all);
  }

  static DeviceTensor saturating(DeviceTensor v) {
    return v.sigmoid().mul(Binarization.STRETCH).add(-Binarization.MARGIN).clamp(0, 1);
  }

  /** 1 where {@code v} is above 0, else 0; no gradient. */
  static DeviceTensor step(DeviceTensor v) {
    return v.detach().greater(0).to(DataType.FLOAT);
  }

  /** 1 for what is hard, in a shape that broadcasts to {@code [N, C]}. */
  private DeviceTensor hard(long[] shape) {
    return switch (mix) {
      case PASS -> drawn(1);
      case SAMPLE -> drawn(shape[0]);
      case ELEMENT -> DeviceTensor.rand(shape).add(-soft).greater(0).to(DataType.FLOAT);
    };
  }

  private DeviceTensor drawn(long rows) {
    if (drawn == null || drawn.size(0) != rows) {
      drawn = DeviceTensor.rand(rows, 1).add(-soft).greater(0).to(DataType.FLOAT);
    }
    return drawn;
  }
}

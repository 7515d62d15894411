package io.espalier.method.search;

import java.util.List;
import java.util.Optional;

/**
 * How a network does when one channel group alone is cut, for each group and for several widths.
 *
 * @param format version of this format, 1
 * @param network digest of the network
 * @param data digest of the images that were measured on
 * @param images number of these images
 * @param criterion what chose the units, as in {@code --set criterion=...}
 * @param recalibrationBatches batches that batch normalisation was measured anew on; 0 for none
 * @param accuracy share of images that the uncut network classifies right
 * @param loss its mean cross-entropy, in nats
 * @param groups one a channel group that can be cut, in network order
 */
public record SensitivityScan(
    int format,
    String network,
    String data,
    int images,
    String criterion,
    int recalibrationBatches,
    double accuracy,
    double loss,
    List<Group> groups) {
  /** The format that this library writes and reads. */
  public static final int FORMAT = 1;

  /**
   * A measurement.
   *
   * @param removed units of the group that were out
   * @param accuracy share of images that were classified right
   * @param loss mean cross-entropy, in nats
   */
  public record Point(int removed, double accuracy, double loss) {
    public Point {
      requireMeasured(accuracy, loss);
      if (removed < 1) {
        throw new IllegalArgumentException("a point removes 1 unit or more, but got " + removed);
      }
    }
  }

  /**
   * The measurements of one channel group.
   *
   * @param name the group's name
   * @param units its units
   * @param points with ever more units out; never all of them
   */
  public record Group(String name, int units, List<Point> points) {
    public Group {
      points = List.copyOf(points);
      int last = 0;
      for (Point point : points) {
        if (point.removed() <= last || point.removed() > units) {
          throw new IllegalArgumentException(
              "group '%s' of %d units: a point with %d removed after one with %d"
                  .formatted(name, units, point.removed(), last));
        }
        last = point.removed();
      }
    }
  }

  public SensitivityScan {
    groups = List.copyOf(groups);
    requireMeasured(accuracy, loss);
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "the scan has format %d, but this version reads %d".formatted(format, FORMAT));
    }
    if (images < 1 || recalibrationBatches < 0) {
      throw new IllegalArgumentException(
          "a scan measures on 1 image or more, after 0 batches or more, but got %d and %d"
              .formatted(images, recalibrationBatches));
    }
  }

  private static void requireMeasured(double accuracy, double loss) {
    if (!(accuracy >= 0 && accuracy <= 1) || !Double.isFinite(loss)) {
      throw new IllegalArgumentException(
          "accuracy must be from 0 to 1 and loss finite, but got %s and %s"
              .formatted(accuracy, loss));
    }
  }

  /** The measurements of the group called {@code name}. */
  public Optional<Group> group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst();
  }
}

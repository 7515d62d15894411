package io.espalier.method.search;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a group is predicted to lose with each number of its units gone: the greatest convex curve
 * that nowhere lies above the measurements, made rising. Convex, so that the next unit never costs
 * less than the one before and taking the cheapest next unit again and again is right; rising, so
 * that the noise of a measurement does not reward a cut.
 */
final class LossCurve {
  private LossCurve() {}

  /**
   * A measurement.
   *
   * @param gone units that are out
   * @param loss what is lost then; may be negative
   */
  record Point(int gone, double loss) {}

  /**
   * The curve at 0, 1, 2, ... {@code units} units; behind the last measurement it goes on as it
   * came there.
   *
   * @param points with ever more units gone, one or more
   */
  static double[] of(int units, List<Point> points) {
    List<Point> hull = hull(points);
    double[] curve = new double[units + 1];
    int next = 1;
    for (int gone = 1; gone <= units; gone++) {
      if (gone > hull.get(next).gone() && next < hull.size() - 1) {
        next++;
      }
      Point from = hull.get(next - 1);
      double line = from.loss() + slope(from, hull.get(next)) * (gone - from.gone());
      curve[gone] = Math.max(line, curve[gone - 1]);
    }
    return curve;
  }

  /** The corners of the lower convex hull of the origin and the rising points. */
  private static List<Point> hull(List<Point> points) {
    Deque<Point> corners = new ArrayDeque<>();
    corners.addLast(new Point(0, 0));
    double most = 0;
    for (Point point : points) {
      most = Math.max(most, point.loss());
      add(corners, new Point(point.gone(), most));
    }
    return List.copyOf(corners);
  }

  private static void add(Deque<Point> corners, Point point) {
    while (corners.size() > 1) {
      Point last = corners.removeLast();
      if (slope(corners.getLast(), last) < slope(last, point)) {
        corners.addLast(last);
        break;
      }
    }
    corners.addLast(point);
  }

  private static double slope(Point from, Point to) {
    return (to.loss() - from.loss()) / (to.gone() - from.gone());
  }
}

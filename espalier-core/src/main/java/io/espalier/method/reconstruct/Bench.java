package io.espalier.method.reconstruct;

import io.espalier.graph.Graph;
import io.espalier.method.Workbench;
import io.espalier.progress.Progress;
import java.util.Optional;

/**
 * What a rule works with: the network that was given, the samples, and somebody who watches.
 *
 * @param original the network that was given
 * @param samples the images and positions
 * @param progress shows how far a pass over images is
 * @param stop may end a pass by throwing
 */
record Bench(Graph original, Samples samples, Progress progress, Runnable stop) {
  static Bench of(Workbench bench, int images, int positions) {
    Samples samples =
        new Samples(bench.trainingImages(), bench.normalization(), images, positions, bench.seed());
    return new Bench(bench.original(), samples, bench.progress(), bench::stopIfAsked);
  }

  /**
   * Feeds {@code sink} with the rows of {@code site} as it is in {@code current}.
   *
   * @param wanted the network whose outputs are the targets
   */
  void rows(
      Site site, Graph current, Graph wanted, Optional<Compensation> shortcut, Samples.Sink sink) {
    int count = Math.min(samples.images(), samples.data().size());
    progress.begin("reconstructing " + site.node(), count, "images");
    try {
      samples.rows(current, wanted, site.node(), shortcut, watch(), sink);
    } finally {
      progress.end();
    }
  }

  private Samples.Watch watch() {
    return new Samples.Watch() {
      @Override
      public void before() {
        stop.run();
      }

      @Override
      public void after(int images) {
        progress.advance(images);
      }
    };
  }
}

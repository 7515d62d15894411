package io.espalier.train;

import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;

/** Says in one line why images do not fit a network, before anything is computed. */
final class InputCheck {
  private InputCheck() {}

  /** The one input of {@code graph}, which the images of {@code data} fit. */
  static Port check(Graph graph, Dataset data) {
    if (graph.inputs().size() != 1) {
      throw new TrainException(
          "images can be fed to a network of one input, but %s has %d: %s"
              .formatted(
                  graph.name(),
                  graph.inputs().size(),
                  graph.inputs().stream().map(Port::name).toList()));
    }
    if (data.isEmpty()) {
      throw new TrainException("there are no images");
    }
    Port input = graph.inputs().getFirst();
    Shape images = Shape.of(1, data.channels(), data.height(), data.width());
    if (!fits(input.type().shape(), images)) {
      throw new TrainException(
          "input '%s' is %s, but the images are %d x %d x %d (channels, height, width)"
              .formatted(
                  input.name(),
                  input.type().shape(),
                  data.channels(),
                  data.height(),
                  data.width()));
    }
    requireClasses(graph, data);
    return input;
  }

  private static boolean fits(Shape input, Shape images) {
    if (input.rank() != images.rank()) {
      return false;
    }
    for (int axis = 1; axis < images.rank(); axis++) {
      if (input.dim(axis).isFixed() && input.size(axis) != images.size(axis)) {
        return false;
      }
    }
    return true;
  }

  private static void requireClasses(Graph graph, Dataset data) {
    Shape output = graph.outputs().getFirst().type().shape();
    int classes = data.classNames().size();
    if (output.rank() == 2 && output.dim(1).isFixed() && output.size(1) < classes) {
      throw new TrainException(
          "the data has %d classes, but output '%s' is %s"
              .formatted(classes, graph.outputs().getFirst().name(), output));
    }
  }
}

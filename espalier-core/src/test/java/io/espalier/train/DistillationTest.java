package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistillationTest {
  @TempDir Path path;

  @Test
  void pupil_withoutLabels_learnsTheClassesOfItsTeacher() {
    Graph teacher = teacher();
    DataSplits images =
        new DataSplits(TinyTraining.unlabelled(256, 5), TinyTraining.none(), TinyTraining.none());
    TrainResult result =
        distil(TinyTraining.net(), teacher, images, new Distillation.Logits(2, 0.9));
    assertTrue(result.test().isEmpty());
    assertTrue(Double.isNaN(result.history().getLast().trainAccuracy()));
    assertTrue(accuracy(result.graph()) > 0.95);
  }

  @Test
  void pupil_withLabels_learnsFromBoth() {
    TrainResult result =
        distil(
            TinyTraining.net(), teacher(), TinyTraining.splits(), new Distillation.Logits(4, 0.5));
    assertTrue(result.test().orElseThrow().top1() > 0.95, result.toString());
  }

  @Test
  void pupilOfTwoOutputs_withoutLabels_comesNearBoth() {
    Graph untrained = TinyTraining.netWithTwoOutputs();
    DataSplits images =
        new DataSplits(TinyTraining.unlabelled(256, 5), TinyTraining.none(), TinyTraining.none());
    Graph teacher = shifted(untrained);
    TrainResult result = distil(untrained, teacher, images, new Distillation.Outputs(1));
    Map<String, Double> before = distances(untrained, teacher);
    Map<String, Double> after = distances(result.graph(), teacher);
    for (String output : before.keySet()) {
      assertTrue(after.get(output) < before.get(output) / 10, output + ": " + before + after);
    }
  }

  @Test
  void teacher_missingOrUnasked_isRefused() {
    TrainOptions plain = TinyTraining.options();
    TrainOptions asked = plain.withDistillation(new Distillation.Outputs(1));
    RunFolder folder = RunFolder.at(path);
    assertThrows(TrainException.class, () -> TinyTraining.trainer(asked).run(folder));
    Trainer unasked = TinyTraining.trainer(plain).teacher(TinyTraining.net());
    assertThrows(TrainException.class, () -> unasked.run(folder));
    Trainer other = TinyTraining.trainer(asked).teacher(TinyTraining.netWithTwoOutputs());
    assertThrows(TrainException.class, () -> other.run(folder));
  }

  private Graph teacher() {
    TrainOptions options = TinyTraining.options().withEpochs(12);
    Graph teacher =
        TinyTraining.trainer(options).run(RunFolder.at(path.resolve("teacher"))).graph();
    assertTrue(accuracy(teacher) > 0.95);
    return teacher;
  }

  private TrainResult distil(
      Graph pupil, Graph teacher, DataSplits images, Distillation distillation) {
    TrainOptions options =
        TinyTraining.options().withEpochs(30).withDistillation(distillation).withWeightDecay(0);
    return Trainer.of(pupil, images, TinyTraining.NORMALIZATION, options)
        .teacher(teacher)
        .run(RunFolder.at(path.resolve("pupil")));
  }

  /** The same network with other biases at its end. */
  private static Graph shifted(Graph graph) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("fc.bias", Tensor.floats(new int[] {TinyTraining.CLASSES}, 1, -1, 2, -2));
    weights.put("boxes.bias", Tensor.floats(new int[] {3}, 4, 6, 7));
    return graph.withWeights(weights);
  }

  private static double accuracy(Graph graph) {
    Dataset test = TinyTraining.splits().test();
    EvaluateOptions options = EvaluateOptions.defaults().withThreads(1);
    return Evaluator.evaluate(graph, test, TinyTraining.NORMALIZATION, options, Progress.none())
        .top1();
  }

  /** Mean squared difference of each output. */
  private static Map<String, Double> distances(Graph one, Graph two) {
    Map<String, Double> distances = new LinkedHashMap<>();
    try (Scope scope = Scope.open();
        TorchNet first = TorchNet.of(one, NetOptions.defaults());
        TorchNet second = TorchNet.of(two, NetOptions.defaults())) {
      DeviceTensor images = DeviceTensor.randn(16, 1, TinyTraining.SIZE, TinyTraining.SIZE);
      Map<String, DeviceTensor> feed = Map.of("images", images);
      Map<String, DeviceTensor> outputs = first.forward(feed, Mode.EVAL, Taps.none());
      Map<String, DeviceTensor> goals = second.forward(feed, Mode.EVAL, Taps.none());
      outputs.forEach(
          (name, output) ->
              distances.put(name, output.sub(goals.get(name)).square().mean().item()));
    }
    assertEquals(2, distances.size());
    return distances;
  }
}

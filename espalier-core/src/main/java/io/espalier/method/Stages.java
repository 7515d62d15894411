package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.Accuracy;
import io.espalier.train.Evaluator;
import io.espalier.train.Recalibration;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import io.espalier.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The pieces of work that prunes are made of, each recorded when it is done. */
final class Stages {
  private static final int PROOF_IMAGES = 4;

  private final PruneJob job;
  private final PruneStore store;

  Stages(PruneJob job, PruneStore store) {
    this.job = job;
    this.store = store;
  }

  boolean stopped() {
    return Thread.currentThread().isInterrupted() || job.stop().getAsBoolean();
  }

  /** The accuracy of {@code graph}, if it classifies and there are images with labels. */
  Optional<Accuracy> accuracy(String stage, Graph graph) {
    Optional<Dataset> images =
        job.data().map(data -> data.splits().forEvaluation()).filter(Dataset::isLabelled);
    if (images.isEmpty() || graph.outputs().getFirst().type().shape().rank() != 2) {
      return Optional.empty();
    }
    JsonNode json = store.stage(stage, () -> toJson(evaluate(graph, images.get())));
    return Optional.of(
        new Accuracy(
            json.path("top1").asDouble(),
            json.path("top5").asDouble(),
            json.path("loss").asDouble(),
            json.path("images").asInt()));
  }

  private Accuracy evaluate(Graph graph, Dataset images) {
    return Evaluator.evaluate(
        graph,
        images,
        job.data().orElseThrow().normalization(),
        job.options().evaluation(),
        job.progress());
  }

  private static ObjectNode toJson(Accuracy accuracy) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("top1", accuracy.top1())
        .put("top5", accuracy.top5())
        .put("loss", accuracy.loss())
        .put("images", accuracy.images());
  }

  /**
   * Proves a cut on the user's images, or on random inputs.
   *
   * @throws MethodException if the cut network differs from the masked one
   */
  ProofResult prove(String stage, Graph graph, PruningPlan plan, Graph cut) {
    JsonNode json = store.stage(stage, () -> toJson(proof(graph, plan, cut)));
    return new ProofResult(
        real(json, "libtorch"),
        Optional.ofNullable(json.path("libtorchNote").textValue()),
        real(json, "onnxRuntime"),
        json.path("samples").asInt());
  }

  private ProofResult proof(Graph graph, PruningPlan plan, Graph cut) {
    job.progress().begin("proving the cut", 0, "samples");
    try {
      ProofResult proof =
          inputs(graph)
              .map(inputs -> Proof.of(graph, plan, cut, List.of(inputs)))
              .orElseGet(() -> Proof.onRandomInputs(graph, plan, cut, job.options().seed()));
      if (!proof.passed()) {
        throw new MethodException(
            "the cut is refused: the cut network's outputs differ from the masked one's by %.2g of the largest"
                .formatted(proof.maxDifference()));
      }
      return proof;
    } finally {
      job.progress().end();
    }
  }

  /** A few of the user's images, where the network takes images. */
  private Optional<Map<String, Tensor>> inputs(Graph graph) {
    if (job.data().isEmpty() || job.data().get().splits().forEvaluation().isEmpty()) {
      return Optional.empty();
    }
    Port input = graph.inputs().getFirst();
    boolean one = input.type().shape().dim(0).isFixed();
    int count = one ? Math.toIntExact(input.type().shape().size(0)) : PROOF_IMAGES;
    PruneJob.Images data = job.data().get();
    Dataset some = data.splits().forEvaluation().limit(count);
    if (graph.inputs().size() != 1 || some.size() < count && one) {
      return Optional.empty();
    }
    try (BatchStream stream = Batches.evaluation(some, data.normalization(), some.size()).all()) {
      Batch batch = stream.next();
      int[] shape = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
      double[] values = new double[batch.images().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = batch.images()[i];
      }
      return Optional.of(Map.of(input.name(), Tensor.of(input.type().type(), shape, values)));
    }
  }

  private static ObjectNode toJson(ProofResult proof) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("samples", proof.samples());
    proof.libtorch().ifPresent(value -> json.put("libtorch", value));
    proof.libtorchNote().ifPresent(note -> json.put("libtorchNote", note));
    proof.onnxRuntime().ifPresent(value -> json.put("onnxRuntime", value));
    return json;
  }

  private static OptionalDouble real(JsonNode json, String key) {
    return json.has(key) ? OptionalDouble.of(json.path(key).asDouble()) : OptionalDouble.empty();
  }

  /** {@code graph} with the statistics of batch normalisation measured anew, if that was asked. */
  Graph recalibrated(Graph graph) {
    if (job.options().recalibrationBatches() == 0) {
      return graph;
    }
    PruneJob.Images data = job.data().orElseThrow();
    return Recalibration.run(
        graph,
        data.splits().train(),
        data.normalization(),
        job.options().recalibrationBatches(),
        job.options().evaluation(),
        job.progress());
  }

  /** Trains {@code graph}, or goes on with it. The test split is not shown to the trainer. */
  TrainResult train(String name, Graph graph, TrainOptions options) {
    PruneJob.Images data = job.data().orElseThrow();
    DataSplits splits = data.splits();
    DataSplits seen = new DataSplits(splits.train(), splits.validation(), splits.test().subset());
    Trainer trainer =
        Trainer.of(graph, seen, data.normalization(), options)
            .progress(job.progress())
            .stopWhen(job.stop());
    boolean distills = options.distillation().weight() > 0;
    return (distills ? trainer.teacher(job.graph()) : trainer).run(store.training(name));
  }
}

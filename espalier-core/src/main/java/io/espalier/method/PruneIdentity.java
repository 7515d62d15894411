package io.espalier.method;

import io.espalier.graph.GraphDigest;
import io.espalier.surgery.PlanFile;
import io.espalier.surgery.PlanOptions;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.TrainOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What makes two prunes the same prune, in words by key: a folder serves only one. */
final class PruneIdentity {
  private PruneIdentity() {}

  static Map<String, String> of(PruneJob job) {
    Map<String, String> asked = new LinkedHashMap<>();
    PruneOptions options = job.options();
    asked.put("network", GraphDigest.of(job.graph()));
    switch (options.source()) {
      case PlanSource.Given given -> asked.put("plan", sha256(PlanFile.toJson(given.plan())));
      case PlanSource.ByMethod method -> addMethod(asked, method);
    }
    asked.put("fineTuning", options.fineTuning().map(PruneIdentity::training).orElse("none"));
    asked.put("training", training(options.training()));
    asked.put("recalibrationBatches", Integer.toString(options.recalibrationBatches()));
    // Empty, as in records from before there was a choice.
    asked.put("weights", options.reinitialises() ? "drawn anew" : "");
    asked.put("seed", Long.toString(options.seed()));
    EvaluateOptions evaluation = options.evaluation();
    asked.put("evaluation", "%s".formatted(evaluation));
    asked.put("data", job.data().map(data -> data.splits().digest()).orElse("none"));
    asked.put("normalization", job.data().map(d -> d.normalization().toString()).orElse("none"));
    return asked;
  }

  private static void addMethod(Map<String, String> asked, PlanSource.ByMethod method) {
    MethodInfo info = Methods.get(method.id()).info();
    PlanOptions options = method.options();
    asked.put("method", method.id());
    asked.put("settings", Settings.of(info, method.settings()).toMap().toString());
    asked.put("budget", options.budget().map(Object::toString).orElse("none"));
    asked.put("ranking", options.ranking().toString());
    asked.put("ratios", new TreeMap<>(options.ratios()).toString());
    asked.put("freeze", options.freeze().toString());
    asked.put("floor", Double.toString(options.floor()));
    asked.put("scope", options.scope().toString());
    asked.put("align", Integer.toString(options.align()));
    asked.put("iteration", method.iteration().toString());
  }

  /** How often checkpoints are written does not change the result. */
  private static String training(TrainOptions options) {
    return options.withCheckpointSeconds(0).toJson().toString();
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}

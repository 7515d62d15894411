package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelMap;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.progress.Progress;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Plans;
import io.espalier.surgery.Scores;
import io.espalier.train.Accuracy;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainOptions;
import io.espalier.train.TrainResult;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a method works on a network: shows what there is to work with, and does the pieces of work
 * whose results outlive a killed process. A piece has a name; a piece that is on record is not done
 * again, but comes back as it was.
 */
public final class Workbench {
  /** The prefix of a procedure's bench, which lasts for the whole prune. */
  static final String PROCEDURE = "method";

  private final PruneJob job;
  private final PlanOptions options;
  private final long seed;
  private final String prefix;
  private final PruneStore store;
  private final Stages stages;
  private final Cuts cuts;
  private final List<String> warnings = new ArrayList<>();

  Workbench(
      PruneJob job,
      PlanOptions options,
      long seed,
      String prefix,
      PruneStore store,
      Stages stages,
      Cuts cuts) {
    this.job = job;
    this.options = options;
    this.seed = seed;
    this.prefix = prefix;
    this.store = store;
    this.stages = stages;
    this.cuts = cuts;
  }

  // What there is

  /** The network as it stands: as it was given, or what the last cut left. */
  public Graph graph() {
    return cuts.graph();
  }

  /** The channels of {@link #graph()}. */
  public ChannelMap channels() {
    return cuts.map();
  }

  /** The network that was given, uncut and with its first weights. */
  public Graph original() {
    return job.graph();
  }

  /**
   * What must be met, of the network that was given. Without {@link PlanOptions#hasSize() size} the
   * method's own threshold decides.
   */
  public PlanOptions options() {
    return options;
  }

  /** The settings of the method that the bench is for. */
  public Settings settings() {
    PlanSource.ByMethod method = job.options().method();
    return Settings.of(Methods.get(method.id()).info(), method.settings());
  }

  /** The seed of all that is random in the method. */
  public long seed() {
    return seed;
  }

  /** The images; there are some if the method needs any. The test split is for accuracies alone. */
  public DataSplits images() {
    return job.data().orElseThrow(Workbench::noImages).splits();
  }

  /** The images to learn and measure on. */
  public Dataset trainingImages() {
    return images().forTraining();
  }

  /** What the images are fed as. */
  public Normalization normalization() {
    return job.data().orElseThrow(Workbench::noImages).normalization();
  }

  private static MethodException noImages() {
    return new MethodException("there are no images: give --data");
  }

  /** Batch size, threads and precision of passes without training. */
  public EvaluateOptions evaluation() {
    return job.options().evaluation();
  }

  /** How the user wants to train; a method sets its own epochs and what else its paper fixes. */
  public TrainOptions training() {
    return job.options().training();
  }

  /** Where to show how far a long piece of work is. */
  public Progress progress() {
    return job.progress();
  }

  /**
   * What the criterion called {@code id} says about {@link #graph()}: for methods that leave it to
   * a criterion which units of a layer go. Is worked out anew at each call.
   *
   * @param settings what the user chose of the criterion's settings, by name
   * @throws IllegalArgumentException if there is no such criterion, or a setting does not fit
   * @throws MethodException if the criterion needs what there is not
   */
  public Scores scores(String id, Map<String, String> settings) {
    PruningMethod method = Methods.create(id, settings);
    PruneCheck.check(Methods.get(id).info(), job);
    return switch (method) {
      case Criterion criterion -> {
        Scoring scoring = Scoring.of(criterion, graph(), channels(), seed, progress());
        scoring.warning(id).ifPresent(this::warn);
        yield scoring.scores();
      }
      case DataCriterion criterion -> criterion.score(this);
      case Procedure procedure ->
          throw new IllegalArgumentException(
              "'%s' is no criterion: it does not score units, but prunes by itself".formatted(id));
    };
  }

  // Pieces of work

  /**
   * Ends the run, to be taken up later, if that was asked for; to be called between any two steps
   * of a long piece of work.
   */
  public void stopIfAsked() {
    if (stages.stopped()) {
      throw new StoppedException();
    }
  }

  /**
   * A small result, which also becomes part of the run's record: {@link PruneResult#records()} and
   * {@code run.json}. A criterion has one of each name for each of its cuts: {@code plan-01/name}.
   */
  public JsonNode record(String name, Supplier<ObjectNode> work) {
    stopIfAsked();
    return store.stage(PruneStore.OWN + stage(name), work);
  }

  private String stage(String name) {
    return prefix.equals(PROCEDURE) ? name : prefix + "/" + name;
  }

  /** Arrays by name: a large result, such as weights. Not for use without a run folder's space. */
  public Map<String, Tensor> arrays(String name, Supplier<Map<String, Tensor>> work) {
    stopIfAsked();
    return store.arrays(prefix + "-" + name, work);
  }

  /**
   * Writes a file for the user into the run's folder; without a folder, does nothing.
   *
   * @param name of the file, without folder
   */
  public void write(String name, String text) {
    store.write(name, text);
  }

  /**
   * A network with the nodes of {@link #graph()} and other weights.
   *
   * @param work makes it, where it is not on record
   */
  public Graph refitted(String name, Supplier<Graph> work) {
    Graph before = graph();
    return before.withWeights(
        arrays(
            name,
            () -> {
              Graph after = work.get();
              Map<String, Tensor> changed = new java.util.LinkedHashMap<>();
              after
                  .initializers()
                  .forEach(
                      (weight, tensor) -> {
                        if (!tensor.equals(before.initializers().get(weight))) {
                          changed.put(weight, tensor);
                        }
                      });
              return changed;
            }));
  }

  /**
   * Trains {@code graph}, or goes on with it; the test split is not shown. At its return the hook's
   * state is that of the end of training, also where training was complete before.
   *
   * @param hook takes part in training; its identity must name its settings
   * @return the network with trained weights
   */
  public Graph train(String name, Graph graph, TrainOptions trainOptions, TrainHook hook) {
    stopIfAsked();
    TrainResult result = stages.train(prefix + "-" + name, graph, trainOptions, hook);
    if (!result.complete()) {
      throw new StoppedException();
    }
    return result.graph();
  }

  /** The accuracy of {@code graph}, if it classifies and there are images with labels. */
  public Optional<Accuracy> accuracy(String name, Graph graph) {
    stopIfAsked();
    return stages.accuracy(PruneStore.OWN + stage(name), graph);
  }

  // Cuts

  /**
   * The units of {@link #graph()} that go when {@link #options()} are met and the units with the
   * smallest scores go first, by group index.
   *
   * @throws io.espalier.surgery.PlanException if the budget cannot be met
   */
  public Map<Integer, BitSet> removal(Scores scores) {
    return removal(scores, 1);
  }

  /**
   * As {@link #removal(Scores)} for one of several cuts.
   *
   * @param done which part of the way is done with this cut, above 0 and at most 1: of what goes
   *     until the budget is met, that part goes until now
   */
  public Map<Integer, BitSet> removal(Scores scores, double done) {
    PlanOptions goal = Milestone.of(options, done, original(), cuts.original());
    return cuts.ofCurrent(
        (map, out) -> {
          Scores given = cuts.inOriginal(scores);
          return goal.align() > 1
              ? Alignment.removal(original(), map, given, goal, out).removed()
              : Planner.removal(original(), map, given, goal, out);
        });
  }

  /**
   * As {@link #removal(Scores)}; without a size, the same share of every group.
   *
   * @param share of each group's units
   */
  public Map<Integer, BitSet> removalOr(Scores scores, double share) {
    return options.hasSize()
        ? removal(scores)
        : Planner.removal(graph(), channels(), scores, options.withRatios(Map.of("*", share)));
  }

  /**
   * The units of {@link #graph()} that a threshold takes: those whose score is at most {@code
   * threshold}, but for what {@link #options()} keep and the last channels of a layer.
   */
  public Map<Integer, BitSet> removalUpTo(Scores scores, double threshold) {
    return cuts.ofCurrent(
        (map, out) ->
            Planner.removalUpTo(original(), map, cuts.inOriginal(scores), options, threshold, out));
  }

  /** Plan entries that remove {@code units} of {@link #graph()}, by group index. */
  public List<PlanEntry> unitEntries(Map<Integer, BitSet> units) {
    return List.copyOf(Plans.unitEntries(channels(), units));
  }

  /**
   * Cuts: proves the cut, measures batch statistics anew if that was asked for, and puts what is
   * left on the bench.
   *
   * @param edited the network on the bench, or the same nodes with other weights
   * @param entries what goes, in terms of the network on the bench; where there is more than one
   *     cut, all of them are of units
   * @throws MethodException if the cut network is not what the masked one is
   */
  public void cut(String name, Graph edited, List<PlanEntry> entries) {
    stopIfAsked();
    cuts.by(prefix + "-" + name, edited, entries);
  }

  /** Puts other weights on the bench. */
  public void replace(Graph edited) {
    cuts.replace(edited);
  }

  /** Tells the user something when the prune is over, in one line. */
  public void warn(String line) {
    if (!warnings.contains(line)) {
      warnings.add(line);
    }
  }

  List<String> warnings() {
    return Collections.unmodifiableList(warnings);
  }
}

package io.espalier.cli;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.Iteration;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.Methods;
import io.espalier.method.Need;
import io.espalier.method.PlanSource;
import io.espalier.method.PruneOptions;
import io.espalier.method.Settings;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.WidthPreset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What to remove. */
final class PruningOptions {
  /** Beyond that many, ratios are counted only; the plan has them all. */
  private static final int LISTED = 6;

  @Option(
      names = {"-m", "--method"},
      paramLabel = "ID",
      description = "How to choose what goes; see 'espalier methods'. Default: l1.")
  private String method = "l1";

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting of the method; see 'espalier methods ID'.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = {"-b", "--budget"},
      paramLabel = "BUDGET",
      description =
          "The most that may remain: macs=50%% (default), params=40%%, units=30%%, macs=20M,"
              + " macs=2x (two times fewer).")
  private Budget budget;

  @Option(
      names = "--own-threshold",
      description =
          "Let the method's own threshold say how much goes, instead of a budget; for methods that"
              + " have one.")
  private boolean ownThreshold;

  @Option(
      names = "--ranking",
      paramLabel = "NAME",
      description =
          "global (default): all units of the network in one order; uniform: every group loses the"
              + " same share.")
  private PlanOptions.Ranking ranking = PlanOptions.Ranking.GLOBAL;

  @Option(
      names = "--ratio",
      paramLabel = "GLOB=SHARE",
      converter = {Range.Text.class, Range.PartialShare.class},
      description =
          "Remove this share of the units of the layers that match, such as '*conv1*=0.3'.")
  private Map<String, Double> ratios = new LinkedHashMap<>();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Remove the shares that Li et al. (2017) chose for this kind of network: vgg16-a,"
              + " resnet56-a, resnet56-b, resnet110-a, resnet110-b, resnet34-a, resnet34-b.")
  private String preset;

  @Option(
      names = "--freeze",
      paramLabel = "GLOB",
      description = "Keep all channels of the layers that match, such as '*layer1*'.")
  private List<String> freeze = new ArrayList<>();

  @Option(
      names = "--floor",
      converter = Range.Share.class,
      paramLabel = "SHARE",
      description =
          "Keep at least this share of each layer's channels. Default: 0, but one channel.")
  private double floor;

  @Option(
      names = "--align",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Make every width that changes a multiple of N; 16 suits ONNX Runtime on CPUs.")
  private int align = 1;

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      description =
          "all (default): every channel may go; branches: the streams that residual adds join stay"
              + " whole, as in most papers.")
  private PlanOptions.Scope scope = PlanOptions.Scope.ALL;

  @Option(
      names = "--steps",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Reach the budget in this many cuts. Default: 1.")
  private int steps = 1;

  @Option(
      names = "--step-schedule",
      paramLabel = "NAME",
      description = "linear (default): equal cuts; agp: large cuts first.")
  private Iteration.Schedule stepSchedule = Iteration.Schedule.LINEAR;

  @Option(
      names = "--step-epochs",
      converter = Range.CountOrNone.class,
      paramLabel = "N",
      description = "Epochs of fine-tuning between two cuts. Default: 1 with --data and --epochs.")
  private Integer stepEpochs;

  /** The settings for a run that makes its own plan. */
  PruneOptions toOptions(boolean trains, Graph graph) {
    requireMethod();
    return PruneOptions.of(method, plan(graph))
        .withSettings(settings)
        .withIteration(new Iteration(steps, stepSchedule, stepEpochs(trains)));
  }

  private void requireMethod() {
    MethodInfo info = checked("--method", () -> Methods.get(method).info());
    checked("--set", () -> Settings.of(info, settings));
  }

  private static <T> T checked(String option, Supplier<T> given) {
    try {
      return given.get();
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse("%s: %s".formatted(option, wrong.getMessage()));
    }
  }

  /** Whether the method trains before it cuts. */
  boolean trainsItself() {
    MethodInfo info = checked("--method", () -> Methods.get(method).info());
    return info.needs().contains(Need.TRAINING);
  }

  /** Whether the method measures for long before it cuts, which must not be lost. */
  boolean searches() {
    return checked("--method", () -> Methods.get(method).info()).kind() == MethodKind.SEARCH;
  }

  private int stepEpochs(boolean trains) {
    if (stepEpochs != null) {
      return stepEpochs;
    }
    return trains && steps > 1 ? 1 : 0;
  }

  private PlanOptions plan(Graph graph) {
    Map<String, Double> shares = shares(graph);
    boolean byDefault = budget == null && shares.isEmpty() && !ownThreshold;
    Budget wanted = byDefault ? Budget.parse("macs=50%") : budget;
    return new PlanOptions(
        Optional.ofNullable(wanted).map(PruneOptions::counted),
        ranking,
        shares,
        freeze,
        floor,
        align,
        scope);
  }

  private Map<String, Double> shares(Graph graph) {
    Map<String, Double> shares = new LinkedHashMap<>(ratios);
    if (preset != null) {
      WidthPreset widths = checked("--preset", () -> WidthPreset.of(preset));
      widths.ratios(graph, ChannelMap.of(graph)).forEach(shares::putIfAbsent);
    }
    return shares;
  }

  /** What was asked for, in one line. */
  static String text(PruneOptions options) {
    return switch (options.source()) {
      case PlanSource.Given given -> "plan of %.12s".formatted(given.plan().digest());
      case PlanSource.ByMethod made -> {
        PlanOptions plan = made.options();
        List<String> words = new ArrayList<>(List.of(made.id()));
        made.settings().forEach((name, value) -> words.add(name + "=" + value));
        plan.budget().ifPresent(budget -> words.add(budget.toString()));
        if (!plan.hasSize()) {
          words.add("own threshold");
        }
        words.add(plan.ranking().name().toLowerCase(Locale.ROOT));
        if (plan.ratios().size() > LISTED) {
          words.add("ratios of %d layers".formatted(plan.ratios().size()));
        } else {
          plan.ratios().forEach((glob, share) -> words.add("%s=%s".formatted(glob, share)));
        }
        plan.freeze().forEach(glob -> words.add("freeze " + glob));
        if (plan.floor() > 0) {
          words.add("floor " + plan.floor());
        }
        if (plan.scope() != PlanOptions.Scope.ALL) {
          words.add("scope " + plan.scope().name().toLowerCase(Locale.ROOT));
        }
        if (plan.align() > 1) {
          words.add("align " + plan.align());
        }
        if (made.iteration().steps() > 1) {
          words.add(made.iteration().steps() + " steps");
        }
        if (options.reinitialises()) {
          words.add("weights drawn anew");
        }
        yield String.join(", ", words);
      }
    };
  }
}

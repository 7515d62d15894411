package io.espalier.method.sparse.sss;

import io.espalier.graph.Graph;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Trains factors on structures together with the weights, carries what is left of them into the
 * weights, and removes the structures whose factor is zero.
 *
 * @param kind how the method calls itself
 * @param kinds which structures bear factors
 * @param signed whether factors may fall below zero
 * @param training how weights and factors are trained, on top of what the user asks for
 * @param rule makes the factors
 */
record StructureSelection(
    MethodKind kind,
    Set<Structure.Kind> kinds,
    boolean signed,
    Training training,
    BiFunction<Workbench, Structures, Factors> rule)
    implements Procedure {
  /** What the paper fixes about training. */
  record Training(int epochs, double rate, double momentum, double weightDecay) {
    private static final List<Double> MILESTONES = List.of(0.3, 0.6, 0.9);
    private static final double STEP = 0.1;

    Training {
      // Options out of range say so themselves.
      TrainOptions.defaults()
          .withEpochs(epochs)
          .withLearningRate(rate)
          .withMomentum(momentum)
          .withWeightDecay(weightDecay);
    }

    static Training of(Settings settings) {
      return new Training(
          Math.toIntExact(settings.integer("epochs")),
          settings.number("learning-rate"),
          settings.number("momentum"),
          settings.number("weight-decay"));
    }

    static Stream<Setting> settings(int epochs, double rate) {
      return Stream.of(
          Setting.integer("epochs", epochs, "epochs of training with factors"),
          Setting.number(
              "learning-rate",
              rate,
              "rate at the start, for weights and factors; a tenth of it after 30, 60 and 90 % of"
                  + " the epochs each"),
          Setting.number("momentum", 0.9, "share of the last update that weights and factors keep"),
          Setting.number("weight-decay", 1e-4, "weight decay of the weights; factors have none"));
    }

    TrainOptions on(TrainOptions user) {
      List<Double> milestones = MILESTONES.stream().map(share -> share * epochs).toList();
      return user.withEpochs(epochs)
          .withLearningRate(rate)
          .withMomentum(momentum)
          .withNesterov(momentum > 0)
          .withWeightDecay(weightDecay)
          .withSchedule(new Schedule.Step(0, milestones, STEP));
    }
  }

  @Override
  public void run(Workbench bench) {
    Graph plain = bench.graph();
    Structures structures = Structures.find(bench, kinds, signed);
    Gates gates = new Gates(plain, bench.channels(), structures);
    Factors factors = rule.apply(bench, structures);
    double[] first = factors.shown();
    GateTraining hook =
        new GateTraining(
            gates, factors, () -> decision(bench, plain, structures, factors).zerosSuffice());
    Graph gated = bench.train("training", gates.graph(), training.on(bench.training()), hook);
    Decision decision =
        decision(bench, plain.withWeights(gated.initializers()), structures, factors);
    Graph folded = decision.folded();
    bench.accuracy("folded", folded);
    Removal removal = decision.removal();
    FactorRecord made =
        new FactorRecord(
            structures,
            factors,
            first,
            removal.positions(structures, bench.channels()),
            decision.zeros().positions(structures, bench.channels()));
    bench.record("factors", () -> made.toJson().put("branchesThatStillEmit", removal.emitting()));
    made.warning().ifPresent(bench::warn);
    bench.cut("cut", folded, removal.entries(bench.channels()));
  }

  private static Decision decision(
      Workbench bench, Graph plain, Structures structures, Factors factors) {
    Graph folded = Folding.apply(plain, bench.channels(), structures, factors.settled());
    return new Decision(bench, structures, factors.strengths(), folded);
  }
}

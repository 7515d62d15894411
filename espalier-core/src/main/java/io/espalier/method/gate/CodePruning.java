package io.espalier.method.gate;

import io.espalier.channel.ChannelGroup;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import java.util.List;

/**
 * Learns codes of channels or of residual branches, all at once or portion by portion, and cuts
 * once at the end.
 *
 * @param codes how codes are learned
 * @param structure what goes
 * @param order which groups are learned at the same time
 * @param epochs epochs of each training
 * @param rate learning rate, a tenth of it in the second half
 * @param otherwise share of ones where no budget says it
 */
record CodePruning(
    CodeOptions codes, Structure structure, Order order, int epochs, double rate, double otherwise)
    implements Procedure {
  /** What goes. */
  enum Structure {
    CHANNELS,
    BLOCKS
  }

  /** Which groups are learned at the same time. */
  enum Order {
    ALL,
    STAGE,
    LAYER
  }

  private static final int MOST_EPOCHS = 100_000;

  CodePruning {
    require(epochs >= 1 && epochs <= MOST_EPOCHS, "epochs must be 1 to 100000", epochs);
    require(rate > 0, "rate must be above 0", rate);
    require(otherwise > 0 && otherwise <= 1, "kept must be above 0 and at most 1", otherwise);
    if (structure == Structure.BLOCKS && order != Order.ALL) {
      throw new IllegalArgumentException(
          "method 'autopruner': structure=blocks learns all branches at once: use order=all");
    }
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(
          "method 'autopruner': %s, but got %s".formatted(rule, got));
    }
  }

  @Override
  public MethodKind kind() {
    return MethodKind.GATE;
  }

  @Override
  public void run(Workbench bench) {
    if (structure == Structure.BLOCKS) {
      new BlockLearning(bench, this).run();
      return;
    }
    CodeLearning learning = new CodeLearning(bench, this);
    List<List<ChannelGroup>> portions = learning.portions();
    for (int i = 0; i < portions.size(); i++) {
      learning.learn("codes-" + (i + 1), portions.get(i));
      if (i + 1 < portions.size()) {
        portions.get(i).forEach(learning::silence);
      }
    }
    learning.cut();
  }

  TrainOptions training(TrainOptions base) {
    Schedule halves = new Schedule.Step(0, List.of(epochs / 2.0), 0.1);
    return base.withEpochs(epochs).withLearningRate(rate).withSchedule(halves);
  }
}

package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.train.AccuracyChange;
import java.nio.file.Path;
import java.util.List;

/**
 * A network that was evaluated.
 *
 * @param result what is said of it as JSON
 * @param right for each image with a label, in their order, whether the network has it right
 */
record Evaluated(Path file, ObjectNode result, List<Boolean> right) {

  /** Says and adds to the result how its accuracy differs from that of {@code first}. */
  void compare(Evaluated first, Output output) {
    AccuracyChange change = AccuracyChange.of(first.right(), right);
    output.print(
        "  %s points against %s (95 %% interval %s to %s); %d images right only there, %d only here"
            .formatted(
                Numbers.points(change.change()),
                first.file(),
                Numbers.points(change.low()),
                Numbers.points(change.high()),
                change.lost(),
                change.won()));
    ObjectNode json = result.putObject("change").put("from", first.file().toString());
    json.put("accuracy", change.change()).put("low", change.low()).put("high", change.high());
    json.put("lost", change.lost()).put("won", change.won());
  }
}

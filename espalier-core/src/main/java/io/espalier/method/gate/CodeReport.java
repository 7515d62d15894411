package io.espalier.method.gate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.data.Augmentation;
import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.graph.Graph;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** What a run's record says about codes: whether they took sides, and whether they keep to them. */
final class CodeReport {
  /** Codes up to here count as driven to zero. */
  static final double NEAR_ZERO = 0.1;

  private static final int MOST_BATCHES = 64;

  private CodeReport() {}

  /** What became of the codes of {@code hook}, whose training ended in {@code graph}. */
  static ObjectNode training(Workbench bench, Graph graph, CodeHook hook) {
    List<CodeWindow> measured = measure(bench, graph, hook);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    int units = hook.codes().stream().mapToInt(Code::units).sum();
    double flips = 0;
    double decided = 0;
    ArrayNode groups = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < hook.codes().size(); i++) {
      Code code = hook.codes().get(i);
      CodeWindow seen = measured.get(i);
      flips += seen.inconsistency() * code.units();
      decided += seen.decided() * code.units();
      groups.add(group(code, seen));
    }
    json.put("measuredBatches", measured.getFirst().batches());
    json.put("inconsistency", flips / units);
    json.put("decided", decided / units);
    json.set("codes", groups);
    return json;
  }

  private static ObjectNode group(Code code, CodeWindow measured) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("code", code.name()).put("units", code.units()).put("r", code.r());
    json.put("kept", code.last().kept());
    json.put("alpha", code.alpha(1)).put("lambda", code.lambda());
    json.put("decidedBefore", code.start().decided()).put("decided", code.last().decided());
    json.put("inconsistencyBefore", code.first().inconsistency());
    json.put("inconsistency", code.last().inconsistency());
    json.put("inconsistencyMeasured", measured.inconsistency());
    json.set("histogramBefore", array(code.start().histogram()));
    json.set("histogram", array(code.last().histogram()));
    return json;
  }

  private static ArrayNode array(int[] counts) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int count : counts) {
      array.add(count);
    }
    return array;
  }

  /** The codes of batch after batch of training images, with weights that no longer change. */
  private static List<CodeWindow> measure(Workbench bench, Graph graph, CodeHook hook) {
    Torch.threads(bench.evaluation().threads());
    Batches batches =
        Batches.training(
            bench.trainingImages(),
            bench.normalization(),
            Augmentation.NONE,
            bench.training().batchSize(),
            bench.seed());
    List<CodeWindow> windows = new ArrayList<>();
    hook.codes().forEach(code -> windows.add(CodeWindow.empty(code.units())));
    NetOptions how = new NetOptions(bench.evaluation().precision(), true);
    try (TorchNet net = TorchNet.of(graph, how);
        BatchStream stream = batches.all()) {
      for (int i = 0; i < MOST_BATCHES && stream.hasNext(); i++) {
        bench.stopIfAsked();
        look(net, stream.next(), hook, windows);
      }
    }
    return windows;
  }

  private static void look(TorchNet net, Batch batch, CodeHook hook, List<CodeWindow> windows) {
    try (Scope scope = Scope.open()) {
      DeviceTensor images = DeviceTensor.of(batch.images(), batch.shape());
      net.forward(images, Mode.EVAL, hook.taps(Mode.TRAIN));
      for (int i = 0; i < windows.size(); i++) {
        double[] code = hook.codes().get(i).current().toDoubles();
        windows.set(i, windows.get(i).plus(code));
      }
    }
  }

  /**
   * How much of what goes the codes themselves had closed.
   *
   * @param removed the units that go, by group index
   * @param means the mean codes of the groups that were learned, by group index
   * @param gates the binary codes of all groups
   */
  static ObjectNode removal(
      ChannelMap map,
      Map<Integer, BitSet> removed,
      Map<Integer, double[]> means,
      List<double[]> gates) {
    int gone = 0;
    int nearZero = 0;
    int trimmed = 0;
    int filled = 0;
    ObjectNode widths = JsonNodeFactory.instance.objectNode();
    for (ChannelGroup group : map.groups()) {
      BitSet units = removed.getOrDefault(group.index(), new BitSet());
      for (int unit = 0; unit < group.units(); unit++) {
        boolean open = gates.get(group.index())[unit] != 0;
        gone += units.get(unit) ? 1 : 0;
        nearZero += units.get(unit) && means.get(group.index())[unit] <= NEAR_ZERO ? 1 : 0;
        trimmed += units.get(unit) && open ? 1 : 0;
        filled += !units.get(unit) && !open ? 1 : 0;
      }
      widths.put(group.name(), group.units() - units.cardinality());
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("removed", gone).put("removedNearZero", nearZero);
    json.put("removedNearZeroShare", gone == 0 ? 1 : (double) nearZero / gone);
    json.put("trimmed", trimmed).put("filled", filled);
    json.set("kept", widths);
    return json;
  }
}

package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.cost.Cost;
import io.espalier.graph.GraphDigest;
import io.espalier.graph.Port;
import java.util.List;

/** An {@link Inspection} for programs. */
final class InspectionJson {
  private final Inspection found;

  InspectionJson(Inspection found) {
    this.found = found;
  }

  ObjectNode object() {
    Cost cost = found.cost();
    ObjectNode object = Output.object();
    object.put("file", found.file().toString());
    object.put("name", found.graph().name());
    object.put("opset", found.graph().header().opset());
    object.put("digest", GraphDigest.of(found.graph()));
    object.set("metadata", Output.json(found.graph().header().metadata()));
    ports(object.putArray("inputs"), found.graph().inputs());
    ports(object.putArray("outputs"), found.graph().outputs());
    object.put("macs", cost.macs()).put("flops", cost.flops());
    object.put("macsWithBias", cost.macsWithBias()).put("params", cost.params());
    object.put("activationBytes", cost.activationBytes()).put("fileBytes", found.fileBytes());
    object.set("uncounted", Output.json(cost.uncounted()));
    object.put("units", found.map().units());
    object.put("frozenMacs", found.frozenMacs()).put("frozenShare", found.frozenShare());
    found.rows().forEach(row -> layer(object.withArray("layers").addObject(), row));
    ArrayNode groups = object.putArray("groups");
    found.map().groups().forEach(group -> group(groups.addObject(), group));
    object.set("frozen", Output.json(found.frozen()));
    object.set("opaque", Output.json(found.opaque()));
    return object;
  }

  private static void ports(ArrayNode array, List<Port> ports) {
    for (Port port : ports) {
      ObjectNode object = array.addObject().put("name", port.name());
      object.put("type", port.type().type().name());
      ArrayNode shape = object.putArray("shape");
      port.type().shape().dims().forEach(dim -> shape.add(dim.toString()));
    }
  }

  private static void layer(ObjectNode object, LayerRow row) {
    object.put("node", row.node().name()).put("op", row.node().op().label());
    object.put("weight", row.weight()).put("output", row.output());
    object.put("macs", row.cost().macs()).put("params", row.cost().params());
    object.put("activationBytes", row.cost().activationBytes());
    row.freedom()
        .ifPresent(
            freedom -> {
              object.put("channels", row.freedomText());
              object.put("outputs", freedom.outputs());
              object.put("frozenOutputs", freedom.frozenOutputs());
              object.put("inputs", freedom.inputs()).put("frozenInputs", freedom.frozenInputs());
            });
  }

  private static void group(ObjectNode object, ChannelGroup group) {
    object.put("name", group.name()).put("units", group.units());
    object.put("members", group.members().size());
    object.set("producers", Output.json(group.producers()));
  }
}

package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.DynamicOptions;
import io.espalier.dynamic.DynamicSetting;
import io.espalier.dynamic.DynamicSettings;
import io.espalier.dynamic.Variant;
import io.espalier.train.TrainOptions;
import java.util.List;
import java.util.Optional;

/** What {@code espalier methods} tells about the methods of {@code espalier train --dynamic}. */
final class DynamicMethods {
  private static final double ANY_BUDGET = 0.5;

  private DynamicMethods() {}

  static String table() {
    Table table = Table.of("train --dynamic", "~what it does");
    for (Variant variant : Variant.values()) {
      table.row(variant.id(), variant.summary());
    }
    return table.toString();
  }

  static String detail(Variant variant) {
    StringBuilder text = new StringBuilder();
    text.append("%s (dynamic: espalier train --dynamic)%n".formatted(variant.id()));
    text.append("  %s%n".formatted(variant.summary()));
    text.append("  paper     %s, %d%n".formatted(variant.paper().title(), variant.paper().year()));
    text.append("            %s%n".formatted(variant.paper().citation()));
    text.append("  needs     images, labels, training%n".formatted());
    DynamicOptions defaults = defaults(variant);
    for (DynamicSetting setting : settings(variant)) {
      text.append(
          "  --set %s=%s (%s): %s%n"
              .formatted(
                  setting.name(),
                  setting.read().apply(defaults),
                  setting.values(),
                  setting.meaning()));
    }
    return text.append("  page      docs/methods/%s.md".formatted(page(variant))).toString();
  }

  private static List<DynamicSetting> settings(Variant variant) {
    return DynamicSettings.all().stream().filter(s -> s.variants().contains(variant)).toList();
  }

  private static String page(Variant variant) {
    return switch (variant) {
      case SANP, FIXED_K, STATIC -> "sanp";
      case FBS, CHANNEL_GATING -> variant.id();
    };
  }

  static ObjectNode object(Variant variant) {
    ObjectNode object = Output.object();
    object.put("id", variant.id()).put("kind", "dynamic").put("summary", variant.summary());
    object.put("title", variant.paper().title()).put("citation", variant.paper().citation());
    object.put("year", variant.paper().year()).putArray("needs").add("labels").add("training");
    ArrayNode settings = object.putArray("settings");
    for (DynamicSetting setting : settings(variant)) {
      settings
          .addObject()
          .put("name", setting.name())
          .put("default", setting.read().apply(defaults(variant)))
          .put("values", setting.values())
          .put("meaning", setting.meaning());
    }
    return object;
  }

  private static DynamicOptions defaults(Variant variant) {
    TrainOptions joint = TrainOptions.defaults();
    return DynamicOptions.of(variant, ANY_BUDGET, joint)
        .withWarmUp(Optional.of(joint.withEpochs(1)));
  }
}

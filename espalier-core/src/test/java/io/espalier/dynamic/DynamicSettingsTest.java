package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DynamicSettingsTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/methods/sanp.md");
  private static final TrainOptions JOINT = TrainOptions.defaults();
  private static final DynamicOptions DEFAULT =
      DynamicOptions.of(Variant.SANP, 0.5, JOINT).withWarmUp(Optional.of(JOINT.withEpochs(1)));
  private static final DynamicOptions PAPER =
      DynamicOptions.paper(Variant.SANP, 0.5, JOINT.withEpochs(1), JOINT);

  /** FBS has rho = 1, and no hidden layer; each run draws its own gates. */
  @Test
  void paper_ofAVariant_isThatOfItsPaper() {
    TrainOptions joint = TrainOptions.defaults().withSeed(5);
    for (Variant variant : Variant.values()) {
      GateOptions gates = DynamicOptions.paper(variant, 0.5, joint, joint).gates();
      assertEquals(variant == Variant.FBS, gates.saliency().bias().isPresent(), variant.id());
      assertEquals(5, gates.seed());
      assertEquals(5, DynamicOptions.of(variant, 0.5, joint).gates().seed());
    }
  }

  @Test
  void value_ofEachSetting_canBeGivenBack() {
    for (DynamicSetting setting : DynamicSettings.all()) {
      for (DynamicOptions options : List.of(DEFAULT, PAPER)) {
        String value = setting.read().apply(options);
        DynamicOptions changed = DynamicSettings.apply(options, Map.of(setting.name(), value));
        assertEquals(options, changed, setting.name());
      }
      String own = setting.read().apply(DEFAULT);
      String other = setting.read().apply(PAPER);
      DynamicOptions moved = DynamicSettings.apply(DEFAULT, Map.of(setting.name(), other));
      assertEquals(other, setting.read().apply(moved), setting.name());
      if (!own.equals(other)) {
        assertNotEquals(DEFAULT, moved, setting.name());
      }
    }
  }

  /** What has no effect on a method leaves its gates and what trains them as they are. */
  @ParameterizedTest
  @EnumSource(Variant.class)
  void setting_withoutEffectOnAVariant_isSaid(Variant variant) {
    for (DynamicSetting setting : DynamicSettings.all()) {
      List<String> said = DynamicSettings.withoutEffect(variant, Set.of(setting.name()));
      assertEquals(setting.variants().contains(variant) ? 0 : 1, said.size(), setting.name());
    }
    DynamicOptions options = DynamicOptions.of(variant, 0.5, JOINT);
    DynamicNet net = DynamicNet.insert(Samples.zoo("resnet8"), options.gates());
    DynamicOptions moved = options;
    for (DynamicSetting setting : DynamicSettings.all()) {
      if (!setting.variants().contains(variant)) {
        moved = setting.write().apply(moved, setting.read().apply(PAPER));
      }
    }
    DynamicNet same = DynamicNet.insert(Samples.zoo("resnet8"), moved.gates());
    assertEquals(net.graph().nodes(), same.graph().nodes());
    assertEquals(net.graph().initializers(), same.graph().initializers());
  }

  @Test
  void settings_withAnEffect_areNamedOnThePages() throws IOException {
    for (Variant variant : List.of(Variant.FBS, Variant.CHANNEL_GATING)) {
      String page =
          Files.readString(PAGE.resolveSibling(variant.id() + ".md")).replaceAll("\\s+", " ");
      String named = page.substring(page.indexOf("Settings that have an effect"));
      for (DynamicSetting setting : DynamicSettings.all()) {
        boolean ofTheBudget = named.contains("those of the budget") && isOfTheBudget(setting);
        boolean ofTheStages = setting.name().endsWith("-epochs");
        if (!ofTheBudget && !ofTheStages) {
          String list = named.substring(0, named.indexOf("the list"));
          assertEquals(
              setting.variants().contains(variant),
              list.contains("`" + setting.name() + "`"),
              variant + " " + setting.name());
        }
      }
    }
  }

  private static boolean isOfTheBudget(DynamicSetting setting) {
    return Set.of("gain", "integral", "ramp", "forgetting", "least", "most", "window")
        .contains(setting.name());
  }

  /** All settings at once lead from one preset to the other. */
  @Test
  void settings_ofThePaper_makeThePaper() {
    DynamicOptions options = DEFAULT;
    for (DynamicSetting setting : DynamicSettings.all()) {
      options = setting.write().apply(options, setting.read().apply(PAPER));
    }
    assertEquals(PAPER, options);
  }

  @Test
  void page_listsEverySettingWithBothPresets() throws IOException {
    String page = Files.readString(PAGE);
    for (DynamicSetting setting : DynamicSettings.all()) {
      String row =
          "| `%s` | `%s` | `%s` |"
              .formatted(
                  setting.name(), setting.read().apply(DEFAULT), setting.read().apply(PAPER));
      assertTrue(page.contains(row), row);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "noize, 1, 'no setting ''noize'''",
    "noise, -1, 'setting ''noise'' is a number, but got ''-1'''",
    "noise, much, 'setting ''noise'' is a number'",
    "mix, row, 'setting ''mix'' is one of pass, sample, element'",
    "first-layer, yes, 'setting ''first-layer'' is true or false'",
    "window, 0, 'setting ''window'' is a whole number'",
    "p, 1, 'p must be 2 or more'",
    "target, high, 'setting ''target'' is a number, or budget'",
    "target, infinity, 'the target must be a number'",
    "slope, 0, 'slope must be above 0'",
    "least, 1, 'the smallest lambda must be 0 or less'",
    "bias, some, 'setting ''bias'' is a number, or none'"
  })
  void value_thatDoesNotFit_saysWhatFits(String name, String value, String message) {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> DynamicSettings.apply(DEFAULT, Map.of(name, value)));
    assertTrue(problem.getMessage().contains(message), problem.getMessage());
    assertEquals(1, problem.getMessage().lines().count());
  }
}

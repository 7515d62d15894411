package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NormalizationTest {

  @Test
  void presets_all_surviveTheMetadata() {
    for (String name : Normalization.presetNames()) {
      Normalization preset = Normalization.preset(name);
      assertEquals(Optional.of(preset), Normalization.fromMetadata(preset.toMetadata()), name);
    }
  }

  @Test
  void imagenet_metadata_isPlainNumbers() {
    assertEquals(
        Map.of("espalier.mean", "0.485,0.456,0.406", "espalier.std", "0.229,0.224,0.225"),
        Normalization.preset("imagenet").toMetadata());
  }

  @Test
  void metadata_withoutBothKeys_isUnknown() {
    assertEquals(Optional.empty(), Normalization.fromMetadata(Map.of()));
    assertEquals(Optional.empty(), Normalization.fromMetadata(Map.of("espalier.mean", "0")));
  }

  @Test
  void tables_knownPixels_giveHandWorkedValues() {
    float[][] half = Normalization.preset("half").tables(3);
    assertEquals(3, half.length);
    assertEquals(-1f, half[2][0]);
    assertEquals(1f, half[0][255]);
    assertEquals(0.2f, Normalization.preset("none").tables(1)[0][51]);
    assertEquals(200f, Normalization.preset("bytes").tables(1)[0][200], 1e-4);
    assertEquals((0.2f - 0.406f) / 0.225f, Normalization.preset("imagenet").tables(3)[2][51]);
  }

  @Test
  void defaultFor_channels_isImagenetOrHalf() {
    assertEquals(Normalization.preset("imagenet"), Normalization.defaultFor(3));
    assertEquals(Normalization.preset("half"), Normalization.defaultFor(1));
  }

  @Test
  void wrongInput_isRefusedInOneLine() {
    refused("0.1,x,0.3", "1,1,1", "mean '0.1,x,0.3'");
    refused("0.1,0.2", "1,1", "1 or 3 values");
    refused("0.1", "1,1,1", "1 and 3");
    refused("0.1", "0", "std positive");
    refused("0.1", "-1", "std positive");
    refused("NaN", "1", "finite");
    refused("", "1", "mean ''");
    Fixtures.assertSays(
        Fixtures.refusal(() -> Normalization.preset("imagnet")), "'imagnet'", "imagenet, mnist");
  }

  private static void refused(String mean, String std, String part) {
    Fixtures.assertSays(Fixtures.refusal(() -> Normalization.parse(mean, std)), part);
  }
}

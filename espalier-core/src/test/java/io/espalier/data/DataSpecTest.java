package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataSpecTest {

  @Test
  void parse_kindAndPath_readsWhatToStringWrites() {
    for (String text : new String[] {"cifar10:a/b", "cifar100:/x.tar.gz", "idx:d", "csv:l.csv"}) {
      assertEquals(text, DataSpec.parse(text).toString());
    }
    assertEquals(
        new DataSpec(DataSpec.Kind.IMAGES, Path.of("a:b.zip")), DataSpec.parse("Images:a:b.zip"));
  }

  @Test
  void parse_tilde_isTheHomeFolder() {
    assertEquals(Path.of(System.getProperty("user.home"), "d"), DataSpec.parse("idx:~/d").path());
  }

  @Test
  void parse_wrongText_isRefused() {
    Fixtures.assertSays(Fixtures.refusal(() -> DataSpec.parse("data/")), "KIND:PATH", "cifar10");
    Fixtures.assertSays(Fixtures.refusal(() -> DataSpec.parse("idx:")), "KIND:PATH");
    Fixtures.assertSays(
        Fixtures.refusal(() -> DataSpec.parse("cifar11:d")), "unknown kind 'cifar11'");
    Fixtures.assertSays(Fixtures.refusal(() -> DataSpec.parse("idx:\0")), "not a path");
  }

  @Test
  void open_missingPath_isRefused() {
    Fixtures.assertSays(Fixtures.refusal("idx:no/such/folder"), "idx:no", "no such file");
  }

  @Test
  void options_wrongValues_areRefused() {
    DataOptions options = DataOptions.defaults();
    Fixtures.assertSays(Fixtures.refusal(() -> options.withChannels(2)), "1 or 3");
    Fixtures.assertSays(Fixtures.refusal(() -> options.withSize(32, 0)), "got 32x0");
    Fixtures.assertSays(Fixtures.refusal(() -> options.withSize(1 << 16, 1 << 16)), "pixels");
    Fixtures.assertSays(Fixtures.refusal(() -> options.withMemoryLimit(-1)), "memory limit");
    Fixtures.assertSays(Fixtures.refusal(() -> options.withThreads(0)), "one thread");
  }
}

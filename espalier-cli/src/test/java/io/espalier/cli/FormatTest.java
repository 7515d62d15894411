package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java file looks as google-java-format would print it. */
class FormatTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @Test
  void sources_ofTheRepository_areFormatted() throws IOException {
    List<Path> sources = sources();
    assertTrue(sources.size() > 20, "found only " + sources);
    List<String> unformatted =
        sources.parallelStream()
            .filter(file -> !isFormatted(file))
            .map(file -> ROOT.relativize(file).toString())
            .sorted()
            .toList();
    assertEquals(List.of(), unformatted, "run tools/format");
  }

  @Test
  void formatter_changesWhatIsNotFormatted() throws FormatterException {
    String source = "class A {int x ;}\n";
    assertNotEquals(source, new Formatter().formatSourceAndFixImports(source));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .flatMap(FormatTest::walk)
          .filter(file -> file.toString().endsWith(".java"))
          .toList();
    }
  }

  private static Stream<Path> walk(Path folder) {
    try {
      return Files.walk(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFormatted(Path file) {
    try {
      String source = Files.readString(file);
      return source.equals(new Formatter().formatSourceAndFixImports(source));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FormatterException e) {
      throw new IllegalStateException(file + ": " + e.getMessage(), e);
    }
  }
}

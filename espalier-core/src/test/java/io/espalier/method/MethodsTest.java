package io.espalier.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.method.criterion.L1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MethodsTest {
  private static final Path PAGES =
      Path.of("").toAbsolutePath().getParent().resolve("docs/methods");

  private static List<MethodInfo> builtIn() {
    return Methods.all().stream()
        .filter(info -> Methods.get(info.id()).getClass() != LastUnits.class)
        .toList();
  }

  @Test
  void all_holdsBuiltInAndForeignMethods() {
    List<String> ids = Methods.all().stream().map(MethodInfo::id).toList();
    assertTrue(ids.containsAll(List.of("bn-scale", "fpgm", "l1", "l2", "random", "last-units")));
    assertEquals(ids.stream().sorted().toList(), ids);
  }

  @ParameterizedTest
  @CsvSource({"l3, l1", "fgpm, fpgm", "bnscale, bn-scale", "rand, random"})
  void get_nearlyTheId_saysTheId(String typed, String meant) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> Methods.get(typed));
    assertTrue(problem.getMessage().startsWith("unknown method '" + typed + "'; did you mean "));
    assertTrue(problem.getMessage().contains("'" + meant + "'"), problem.getMessage());
  }

  @Test
  void get_nothingNear_listsAll() {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> Methods.get("zzzzzzzz"));
    String ids = String.join(", ", Methods.all().stream().map(MethodInfo::id).toList());
    assertTrue(problem.getMessage().endsWith("there are " + ids), problem.getMessage());
  }

  @Test
  void of_twoMethodsOfOneId_isAnError() {
    IllegalStateException problem =
        assertThrows(IllegalStateException.class, () -> Methods.of(List.of(new L1(), new L1())));
    assertTrue(problem.getMessage().startsWith("two methods are called 'l1'"));
  }

  @Test
  void create_foreignMethod_hasItsSettings() {
    assertInstanceOf(Criterion.class, Methods.create("last-units", Map.of("slope", "2.5")));
  }

  @ParameterizedTest
  @CsvSource({"members, mode", "memberz, mean"})
  void create_badSetting_listsTheSettings(String name, String value) {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class, () -> Methods.create("l1", Map.of(name, value)));
    assertTrue(
        problem.getMessage().contains("members=mean (one of mean, sum, max, first)"),
        problem.getMessage());
    assertTrue(problem.getMessage().lines().count() == 1);
  }

  @Test
  void split_withoutEquals_isAnError() {
    assertEquals(Map.of("a", "1=2", "b", "x"), Settings.split(List.of("a=1=2", "b = x")));
    assertThrows(IllegalArgumentException.class, () -> Settings.split(List.of("members")));
  }

  @Test
  void pages_andRegistry_haveTheSameMethods() throws IOException {
    Set<String> ids = builtIn().stream().map(MethodInfo::id).collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(PAGES)) {
      Set<String> pages = new TreeSet<>();
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("README.md"))
          .forEach(name -> pages.add(name.replace(".md", "")));
      // Dynamic networks are trained, not pruned: they have pages, but no plan and no place here.
      pages.removeAll(Set.of("sanp", "fbs", "channel-gating"));
      assertEquals(new TreeSet<>(ids), pages);
    }
    String index = Files.readString(PAGES.resolve("README.md"));
    for (MethodInfo info : builtIn()) {
      String id = info.id();
      String row =
          "\n| [`%s`](%s.md) | %s | %s | "
              .formatted(id, id, info.kind().word(), info.needsInWords());
      assertTrue(index.contains(row), row);
    }
  }

  @Test
  void pages_tellWhatTheRegistryTells() throws IOException {
    for (MethodInfo info : builtIn()) {
      String page = Files.readString(PAGES.resolve(info.id() + ".md"));
      assertTrue(page.startsWith("# `" + info.id() + "`"), info.id());
      assertTrue(page.contains(info.title()), info.id() + ": title");
      assertTrue(page.contains(info.citation()), info.id() + ": citation");
      assertTrue(page.contains("**Kind**: %s. ".formatted(info.kind().word())), info.id());
      assertTrue(page.contains("## Differs from the paper"), info.id() + ": differences");
      info.needs().forEach(need -> assertTrue(page.contains("`" + need + "`"), info.id() + need));
      for (Setting setting : info.settings()) {
        String row = "| `%s` | `%s` |".formatted(setting.name(), setting.initial());
        assertTrue(page.contains(row), info.id() + ": " + row);
        setting.allowed().forEach(value -> assertTrue(page.contains("`" + value + "`"), value));
      }
    }
  }
}

package io.espalier.method;

import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a method says about itself.
 *
 * @param id the name that a user types: lower-case letters, digits and hyphens
 * @param kind how it comes to its plan
 * @param title the title of the paper, or the common name where there is none
 * @param citation authors, venue and an identifier
 * @param year the year of publication
 * @param needs what it cannot work without
 * @param settings what a user may choose
 * @param summary what it does, in one sentence
 */
public record MethodInfo(
    String id,
    MethodKind kind,
    String title,
    String citation,
    int year,
    Set<Need> needs,
    List<Setting> settings,
    String summary) {
  public MethodInfo {
    needs = Collections.unmodifiableSet(needs.isEmpty() ? Set.of() : EnumSet.copyOf(needs));
    settings = List.copyOf(settings);
    if (!id.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "a method's id has lower-case letters, digits and hyphens, but got '" + id + "'");
    }
    Set<String> names = new HashSet<>();
    for (Setting setting : settings) {
      if (!names.add(setting.name())) {
        throw new IllegalArgumentException(
            "method '%s' declares setting '%s' twice".formatted(id, setting.name()));
      }
    }
  }

  /** What a user has to bring, in words, or "nothing". */
  public String needsInWords() {
    String words =
        needs.stream()
            .flatMap(need -> need.words().stream())
            .distinct()
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "nothing" : words;
  }

  /** The setting called {@code name}. */
  public Optional<Setting> setting(String name) {
    return settings.stream().filter(setting -> setting.name().equals(name)).findFirst();
  }
}

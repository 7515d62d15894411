package io.espalier.method;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The methods that there are. */
public final class Methods {
  private final Map<String, MethodProvider> byId;

  private Methods(Map<String, MethodProvider> byId) {
    this.byId = byId;
  }

  private static final class Installed {
    private static final Methods ALL = of(ServiceLoader.load(MethodProvider.class));
  }

  /**
   * The methods of {@code providers}.
   *
   * @throws IllegalStateException if two have the same id
   */
  static Methods of(Iterable<MethodProvider> providers) {
    Map<String, MethodProvider> byId = new TreeMap<>();
    for (MethodProvider provider : providers) {
      MethodProvider other = byId.put(provider.info().id(), provider);
      if (other != null) {
        throw new IllegalStateException(
            "two methods are called '%s': %s and %s"
                .formatted(
                    provider.info().id(),
                    other.getClass().getName(),
                    provider.getClass().getName()));
      }
    }
    return new Methods(byId);
  }

  /** Every method, by id. */
  public static List<MethodInfo> all() {
    return Installed.ALL.byId.values().stream().map(MethodProvider::info).toList();
  }

  /**
   * The method called {@code id}.
   *
   * @throws IllegalArgumentException if there is none; the message lists near matches
   */
  public static MethodProvider get(String id) {
    return Installed.ALL.find(id);
  }

  /**
   * The method called {@code id} with settings.
   *
   * @param settings what the user chose, by name
   * @throws IllegalArgumentException if there is no such method, or a setting does not fit
   */
  public static PruningMethod create(String id, Map<String, String> settings) {
    MethodProvider provider = get(id);
    return provider.create(Settings.of(provider.info(), settings));
  }

  MethodProvider find(String id) {
    MethodProvider provider = byId.get(id);
    if (provider == null) {
      throw new IllegalArgumentException(unknown(id));
    }
    return provider;
  }

  private String unknown(String id) {
    return "unknown method '%s'; %s".formatted(id, Spelling.hint(id, "there are", byId.keySet()));
  }
}

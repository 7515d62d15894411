package io.espalier.surgery;

import java.util.regex.Pattern;

/** A pattern for names of layers: {@code *} is any run of characters, {@code ?} any single one. */
public record Glob(Pattern pattern) {
  public static Glob of(String text) {
    StringBuilder regex = new StringBuilder();
    for (char c : text.toCharArray()) {
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return new Glob(Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }
}

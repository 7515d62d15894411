package io.espalier.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Turns what went wrong into one line on standard error and an exit code. */
final class Failure {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  /** Of these a user can make nothing: they are mistakes in Espalier. */
  private static final Set<Class<?>> MISTAKES =
      Set.of(
          NullPointerException.class,
          IndexOutOfBoundsException.class,
          ArrayIndexOutOfBoundsException.class,
          StringIndexOutOfBoundsException.class,
          NegativeArraySizeException.class,
          ClassCastException.class,
          ArithmeticException.class,
          java.util.NoSuchElementException.class,
          UnsupportedOperationException.class);

  private Failure() {}

  /** Says what failed; the stack trace follows if it is wanted. */
  static int report(Console console, Throwable problem, boolean trace) {
    if (problem instanceof CommandLine.ParameterException wrong) {
      return usage(console, wrong);
    }
    console.err().println("espalier: " + line(problem));
    if (trace) {
      problem.printStackTrace(console.err());
    }
    console.err().flush();
    return problem instanceof CliException wish && wish.isMisuse() ? MISUSED : FAILED;
  }

  /** Says what is wrong with the command line. */
  static int usage(Console console, CommandLine.ParameterException wrong) {
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    String text = text(wrong);
    String end = text.contains("--help") ? "" : " (see '" + command + " --help')";
    console.err().println("espalier: " + text + nearMatches(wrong) + end);
    console.err().flush();
    return MISUSED;
  }

  private static String text(CommandLine.ParameterException wrong) {
    if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()) {
      boolean top = wrong.getCommandLine().getParent() == null;
      String what = top ? "there is no command '%s'" : "'%s' is one argument too many";
      return what.formatted(unmatched.getUnmatched().getFirst());
    }
    return oneLine(wrong.getMessage())
        .replace("option option", "option")
        .replaceAll(" \\(case-insensitive\\)", "");
  }

  private static String nearMatches(CommandLine.ParameterException wrong) {
    if (!(wrong instanceof CommandLine.UnmatchedArgumentException unmatched)) {
      return "";
    }
    List<String> near = unmatched.getSuggestions().stream().limit(3).toList();
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  /** The one line that a user gets to see. */
  static String line(Throwable problem) {
    return switch (problem) {
      case UncheckedIOException wrapped -> line(wrapped.getCause());
      case CommandLine.ExecutionException wrapped when wrapped.getCause() != null ->
          line(wrapped.getCause());
      case OutOfMemoryError full ->
          "out of memory (%s): give the JVM more with JAVA_OPTS=-Xmx8g, or take smaller batches"
              .formatted(oneLine(full.getMessage()));
      case StackOverflowError deep -> "the network is nested too deeply; see --stacktrace";
      case IOException io -> file(io);
      case InvalidPathException path -> "not a path on this system: " + oneLine(path.getMessage());
      case Throwable other when MISTAKES.contains(other.getClass()) || other instanceof Error ->
          "internal error: %s; please report it with the output of --stacktrace"
              .formatted(oneLine(other.toString()));
      case Throwable other when other.getMessage() == null || other.getMessage().isBlank() ->
          oneLine(other.toString());
      case Throwable other -> oneLine(other.getMessage());
    };
  }

  private static String file(IOException problem) {
    return switch (problem) {
      case NoSuchFileException e -> "there is no file or folder " + e.getFile();
      case AccessDeniedException e -> "no permission to use " + e.getFile();
      case FileAlreadyExistsException e -> e.getFile() + " exists already";
      case NotDirectoryException e -> e.getFile() + " is not a folder";
      case FileSystemException e -> e.getFile() + ": " + oneLine(e.getReason());
      case FileNotFoundException e -> oneLine(e.getMessage());
      default -> "input or output failed: " + oneLine(String.valueOf(problem.getMessage()));
    };
  }

  /** The lines of {@code text} joined into one. */
  private static String oneLine(String text) {
    return text == null
        ? "no reason given"
        : text.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty())
            .collect(Collectors.joining(" "));
  }
}

package io.espalier.graph;

/** A network that is not well formed; the message is one line and names the node or value. */
public final class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(oneLine(message));
  }

  public GraphException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names come from files and may hold anything. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}+", " ");
  }
}

package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The property test can fail: with one rule of the channel flow broken in a copy of its source,
 * some random network is cut wrongly or not at all.
 */
class BrokenRuleTest {
  private static final int GRAPHS = 300;
  private static final Path SOURCES =
      Path.of("../espalier-graph/src/main/java/io/espalier/channel").toAbsolutePath();

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "BroadcastFlow | state.identities.unify(result.ids(), array.ids()); | result.ids();",
        "ChannelFlow | state.read(node, 0, 1, in); | in.clone();",
        "ChannelFlow | state.balance(node, blocks(out, groups)); | blocks(out, groups);",
        "LayoutFlow | from + j | j",
        "LayoutFlow | return new Op.Gather(op.axis(), left, op.scalar()); | return op;",
        "SpaceFlow | tap * channels + c | c * taps + tap"
      })
  void flow_brokenRule_isCaught(String type, String rule, String broken) throws Exception {
    String source = Files.readString(SOURCES.resolve(type + ".java"));
    assertTrue(source.contains(rule), "the rule is no longer in the source: " + rule);
    ClassLoader loader = new Mutant(compile(type, source.replace(rule, broken)));
    assertTrue(firstFailure(loader) >= 0, "no random network notices: " + broken);
  }

  private static long firstFailure(ClassLoader loader) throws ReflectiveOperationException {
    Class<?> check = loader.loadClass("io.espalier.surgery.PropertyCheck");
    for (long seed = 0; seed < GRAPHS; seed++) {
      try {
        ((Callable<?>) check.getConstructor(Long.class).newInstance(seed)).call();
      } catch (Exception | AssertionError e) {
        return seed;
      }
    }
    return -1;
  }

  /** The classes of {@code type} and those nested in it. */
  private static Map<String, byte[]> compile(String type, String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    JavaFileManager files =
        new ForwardingJavaFileManager<JavaFileManager>(
            compiler.getStandardFileManager(null, null, null)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            URI uri = URI.create("memory:///" + name.replace('.', '/') + ".class");
            return new SimpleJavaFileObject(uri, kind) {
              @Override
              public OutputStream openOutputStream() {
                return classes.computeIfAbsent(name, key -> new ByteArrayOutputStream());
              }
            };
          }
        };
    URI uri = URI.create("memory:///io/espalier/channel/" + type + ".java");
    JavaFileObject unit =
        new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    String classPath = System.getProperty("java.class.path");
    List<String> options = List.of("-proc:none", "-classpath", classPath);
    assertTrue(compiler.getTask(null, files, null, options, null, List.of(unit)).call());
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
    return bytes;
  }

  /** Loads the channel and surgery packages afresh, with some classes replaced. */
  private static final class Mutant extends ClassLoader {
    private final Map<String, byte[]> replaced;

    Mutant(Map<String, byte[]> replaced) {
      super(BrokenRuleTest.class.getClassLoader());
      this.replaced = replaced;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      boolean own =
          name.startsWith("io.espalier.channel.") || name.startsWith("io.espalier.surgery.");
      if (!own) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = replaced.get(name);
      if (bytes == null) {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
          bytes = in.readAllBytes();
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}

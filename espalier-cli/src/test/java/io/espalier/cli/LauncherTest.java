package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script, in a copy of the project's layout with a JDK and a Maven that only report.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a bash script")
class LauncherTest {
  private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();
  private static final String JAVA =
      """
      #!/bin/sh
      for word in "$@"; do
        case $word in
          -XX:ArchiveClassesAtExit=*) touch "${word#*=}"; exit 0 ;;
        esac
        echo "word=$word"
      done
      env | grep -E '^(OMP|OPENBLAS|MALLOC)_' | sort
      exit 7
      """;
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "[INFO] Building Espalier core 0.1  [2/4]"
      echo "[INFO] chatter"
      for module in graph core; do
        mkdir -p espalier-cli/target/lib
        touch "espalier-cli/target/lib/espalier-$module-1.jar"
      done
      touch espalier-cli/target/espalier-cli-1.jar
      exit "${MAVEN_EXIT:-0}"
      """;

  private record Outcome(int exit, String out, String err) {}

  @TempDir Path temp;
  private Path project;
  private Path jdk;
  private Path tools;

  @BeforeEach
  void layOut() throws IOException {
    project = Files.createDirectory(temp.resolve("the project"));
    for (String module : List.of("graph", "core", "cli")) {
      write(project.resolve("espalier-" + module + "/pom.xml"), "<project/>");
      write(project.resolve("espalier-" + module + "/src/main/java/A.java"), "class A {}");
    }
    write(project.resolve("pom.xml"), "<project/>");
    for (String script : List.of("espalier", "tools/find-jdk")) {
      program(project.resolve(script), Files.readString(REPOSITORY.resolve(script)));
    }
    jdk = fakeJdk("25.0.1");
    tools = temp.resolve("bin");
    program(tools.resolve("mvn"), MAVEN);
  }

  @Test
  void launcher_onFirstUse_buildsAndPassesEverythingOn() throws Exception {
    Outcome run = run(Map.of(), "prune", "a b.onnx", "--budget", "macs=50%");
    assertEquals(7, run.exit());
    assertTrue(run.err().contains("espalier: building Espalier core 0.1 [2/4]\n"), run.err());
    assertFalse(run.err().contains("chatter"), run.err());
    assertTrue(run.out().contains("word=a b.onnx\nword=--budget\nword=macs=50%\n"), run.out());
    assertTrue(run.out().contains("word=--enable-native-access=ALL-UNNAMED\n"), run.out());
    assertTrue(run.out().contains("word=--sun-misc-unsafe-memory-access=allow\n"), run.out());
    Path archive = project.resolve("espalier-cli/target/launcher.jsa");
    assertTrue(run.out().contains("word=-XX:SharedArchiveFile=" + archive + "\n"), run.out());
    assertTrue(run.out().contains("OMP_WAIT_POLICY=PASSIVE\n"), run.out());
    assertTrue(run.out().contains("MALLOC_TRIM_THRESHOLD_=17179869184\n"), run.out());
  }

  @Test
  void launcher_whenBuilt_startsWithoutAWord() throws Exception {
    run(Map.of());
    assertEquals("", run(Map.of()).err());
  }

  @Test
  void launcher_afterAChange_buildsAgain() throws Exception {
    run(Map.of());
    Path source = project.resolve("espalier-graph/src/main/java/A.java");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    assertTrue(run(Map.of()).err().contains("building"));
  }

  @Test
  void launcher_ofFailedBuild_namesTheLogAndStops() throws Exception {
    Outcome run = run(Map.of("MAVEN_EXIT", "1"));
    assertEquals(69, run.exit());
    assertEquals("", run.out());
    assertTrue(run.err().contains("launcher-build.log"), run.err());
    assertTrue(run(Map.of("MAVEN_EXIT", "1")).err().contains("building"));
  }

  @Test
  void launcher_throughSymlink_findsItsProject() throws Exception {
    Path first = Files.createSymbolicLink(temp.resolve("first"), project.resolve("espalier"));
    Path second = Files.createSymbolicLink(temp.resolve("second"), first.getFileName());
    Outcome run = start(second, Map.of("ESPALIER_JAVA_HOME", jdk.toString()), List.of("x"));
    assertEquals(7, run.exit());
    assertTrue(run.out().endsWith("word=x\n" + environment(run.out())), run.out());
  }

  @Test
  void launcher_keepsWhatTheUserHasSet() throws Exception {
    Outcome run =
        run(
            Map.of(
                "OMP_WAIT_POLICY", "ACTIVE", "MALLOC_ARENA_MAX", "", "JAVA_OPTS", "-Xmx1g -Da=b"));
    assertTrue(run.out().contains("OMP_WAIT_POLICY=ACTIVE\n"), run.out());
    assertTrue(run.out().contains("MALLOC_ARENA_MAX=\n"), run.out());
    assertTrue(run.out().contains("word=-Xmx1g\nword=-Da=b\n"), run.out());
  }

  @Test
  void launcher_onJdk21_leavesOutTheNewerFlag() throws Exception {
    jdk = fakeJdk("21.0.4");
    assertFalse(run(Map.of()).out().contains("sun-misc-unsafe"));
  }

  @Test
  void launcher_ofOldJdk_saysSoInOneLine() throws Exception {
    jdk = fakeJdk("17.0.15");
    Outcome run = run(Map.of());
    assertEquals(69, run.exit());
    assertEquals(
        "espalier: ESPALIER_JAVA_HOME=" + jdk + " is no JDK of version 21 or later\n", run.err());
  }

  @Test
  void launcher_withoutMaven_saysWhatToInstall() throws Exception {
    Files.delete(tools.resolve("mvn"));
    Outcome run = run(Map.of("PATH", pathWithoutMaven().toString()));
    assertEquals(69, run.exit());
    assertTrue(run.err().contains("apt install maven"), run.err());
    assertEquals(1, run.err().lines().count());
  }

  private Outcome run(Map<String, String> environment, String... words) throws Exception {
    Map<String, String> all = new java.util.HashMap<>(environment);
    all.put("ESPALIER_JAVA_HOME", jdk.toString());
    return start(project.resolve("espalier"), all, List.of(words));
  }

  private Outcome start(Path launcher, Map<String, String> environment, List<String> words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
    command.addAll(words);
    Path out = temp.resolve("out.txt");
    Path err = temp.resolve("err.txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> variables = builder.environment();
    variables.keySet().removeIf(name -> name.matches("(OMP|OPENBLAS|MALLOC|JAVA|MAVEN)_.*"));
    variables.put("PATH", tools + ":" + variables.get("PATH"));
    variables.putAll(environment);
    int exit = builder.start().waitFor();
    return new Outcome(exit, Files.readString(out), Files.readString(err));
  }

  private static String environment(String out) {
    return out.substring(out.indexOf("MALLOC_"));
  }

  /** A folder with the few programs that the launcher calls. */
  private Path pathWithoutMaven() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("few"));
    for (String name : List.of("bash", "dirname", "readlink", "grep", "head", "ls", "find")) {
      for (String place : List.of("/bin/", "/usr/bin/")) {
        Path program = Path.of(place + name);
        if (Files.exists(program) && Files.notExists(folder.resolve(name))) {
          program(folder.resolve(name), "#!/bin/sh\nexec " + program + " \"$@\"\n");
        }
      }
    }
    return folder;
  }

  private Path fakeJdk(String version) throws IOException {
    Path home = temp.resolve("jdk-" + version);
    program(home.resolve("bin/java"), JAVA);
    program(home.resolve("bin/javac"), JAVA);
    write(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void program(Path file, String text) throws IOException {
    write(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}

package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong: one line that says what to do, an exit code, and nothing written. */
class FailuresTest {
  @TempDir Path temp;
  private Path net;

  @BeforeEach
  void write() {
    net = Samples.network(temp, "net.onnx", 1);
  }

  private void assertFails(int code, String words, Object... command) throws IOException {
    List<Path> before = files();
    Invocation run = Invocation.of(command);
    assertEquals(code, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.errorLines(), run.err());
    assertTrue(run.err().startsWith("espalier: "), run.err());
    assertTrue(run.err().contains(words), run.err());
    assertEquals(before, files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(temp)) {
      return all.sorted().toList();
    }
  }

  @Test
  void mistypedCommand_isCorrected() throws IOException {
    assertFails(2, "did you mean inspect", "inspekt", net);
  }

  @Test
  void mistypedOption_isCorrected() throws IOException {
    assertFails(2, "did you mean --budget", "prune", net, "--budjet", "macs=50%");
  }

  /** Under a heading of the help, directly and one group further in, and without one. */
  @Test
  void optionThatIsGivenTwice_isRefused() throws IOException {
    String data = "cifar10:" + temp;
    assertFails(
        2,
        "--lr is given more than once",
        "prune",
        net,
        "--lr",
        ".1",
        "--epochs",
        "3",
        "--lr",
        ".2");
    assertFails(
        2,
        "--crop is given more than once",
        "evaluate",
        net,
        "--data",
        data,
        "--crop",
        "8",
        "--crop",
        "9");
    assertFails(2, "--budget", "prune", net, "--budget", "macs=50%", "--budget", "macs=60%");
  }

  @Test
  void missingCommand_isUsage() throws IOException {
    assertFails(2, "command is missing");
  }

  @Test
  void badBudget_isUsage() throws IOException {
    assertFails(2, "macs=50%", "prune", net, "--budget", "macs=half");
  }

  @Test
  void budgetOutOfReach_saysHowFarItCanBe() throws IOException {
    assertFails(1, "cannot be met: at least", "prune", net, "--budget", "macs=0.001%");
  }

  @Test
  void existingOutput_isRefusedBeforeAnythingIsDone() throws IOException {
    Files.writeString(temp.resolve("net-pruned.plan.json"), "mine");
    assertFails(1, "--force", "prune", net);
    assertEquals("mine", Files.readString(temp.resolve("net-pruned.plan.json")));
  }

  @Test
  void outputThatIsTheInput_isRefusedEvenWithForce() throws IOException {
    byte[] before = Files.readAllBytes(net);
    assertFails(1, "is the network that is read", "prune", net, "--out", net, "--force");
    assertArrayEquals(before, Files.readAllBytes(net));
  }

  @Test
  void outputThatIsAnInputUnderAnotherName_isRefused() throws IOException {
    byte[] before = Files.readAllBytes(net);
    Path link = Files.createSymbolicLink(temp.resolve("link.onnx"), net);
    String data = "idx:" + Samples.images(temp);
    Path teacher = Samples.network(temp, "teacher.onnx", 2);
    assertFails(1, "is the network", "train", net, "--data", data, "--out", link, "--force");
    assertFails(1, "is the network", "train", net, "--data", data, "--out", net);
    assertFails(
        1,
        "is the teacher",
        "train",
        net,
        "--data",
        data,
        "--teacher",
        teacher,
        "--out",
        teacher,
        "--force");
    Path images = temp.resolve("images");
    assertFails(1, "is the data", "prune", net, "--data", data, "--out", images, "--force");
    assertArrayEquals(before, Files.readAllBytes(net));
  }

  @Test
  void planThatIsReplayed_isNotReplaced() throws IOException {
    assertEquals(0, Invocation.of("prune", net, "--no-bench").code());
    Path plan = temp.resolve("net-pruned.plan.json");
    assertFails(1, "is the plan that is read", "prune", net, "--plan", plan, "--force");
  }

  @Test
  void patternThatMatchesNothing_isRefused() throws IOException {
    assertFails(1, "freeze 'nothing*' matches no layer", "prune", net, "--freeze", "nothing*");
    assertFails(1, "ratio of 'x*' matches no", "prune", net, "--ratio", "x*=0.5");
  }

  @Test
  void presetThatDoesNotFit_saysWhatTheNetworkIs() throws IOException {
    assertFails(1, "--ratio instead", "prune", net, "--preset", "resnet56-a");
    assertFails(2, "--preset: no preset is called 'x'", "prune", net, "--preset", "x");
  }

  @Test
  void optionWithoutEffect_isUsage() throws IOException {
    Path plan = temp.resolve("p.json");
    assertFails(2, "--distill: without --epochs", "prune", net, "--distill");
    assertFails(2, "--lr: without --epochs", "prune", net, "--lr", "0.1");
    assertFails(2, "--temperature: without --epochs", "prune", net, "--temperature", "2");
    String data = "idx:" + temp;
    assertFails(
        2, "--temperature: without --teacher", "train", net, "--data", data, "--temperature", 2);
    assertFails(
        2, "--distill-weight: without", "train", "a", "--data", data, "--distill-weight", 1);
    assertFails(2, "--limit: without --data", "prune", net, "--limit", "3");
    assertFails(2, "--budget: --plan says", "prune", net, "--plan", plan, "-b", "macs=50%");
  }

  @Test
  void precisionThatTheRuntimeDoesNotHave_isUsage() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Object[] words = {"evaluate", net, "--data", data, "--runtime", "ort", "--precision", "bf16"};
    assertFails(2, "--precision: only libtorch", words);
  }

  @Test
  void trainingOfNoEpochs_isUsage() throws IOException {
    assertFails(2, "--epochs: expected", "train", net, "--data", "idx:" + temp, "--epochs", 0);
  }

  @Test
  void folderAsNetwork_isSaid() throws IOException {
    assertFails(1, "this is a folder", "inspect", temp);
  }

  @Test
  void missingFolder_isSaid() throws IOException {
    Path out = temp.resolve("no/where.onnx");
    assertFails(1, "there is no folder", "prune", net, "--out", out);
  }

  @Test
  void planOfAnotherNetwork_isRefused() throws IOException {
    assertEquals(0, Invocation.of("prune", net, "--no-bench").code());
    Path other = Samples.network(temp, "other.onnx", 2);
    Path plan = temp.resolve("net-pruned.plan.json");
    assertFails(1, "made for another network", "prune", other, "--plan", plan);
  }

  @Test
  void fileThatIsNoPlan_isSaid() throws IOException {
    assertFails(1, "not a plan", "prune", net, "--plan", net);
  }

  @Test
  void truncatedNetwork_isSaid() throws IOException {
    byte[] bytes = Files.readAllBytes(net);
    Path half = Files.write(temp.resolve("half.onnx"), java.util.Arrays.copyOf(bytes, 5000));
    for (String command : List.of("inspect", "prune", "bench", "evaluate")) {
      Object[] words = {command, half};
      if (command.equals("evaluate")) {
        words = new Object[] {command, half, "--data", "idx:" + temp};
      }
      assertFails(1, "half.onnx", words);
    }
  }

  @Test
  void missingNetwork_isSaid() throws IOException {
    assertFails(1, "no such file", "inspect", temp.resolve("none.onnx"));
  }

  @Test
  void missingData_isSaid() throws IOException {
    assertFails(1, "no such file", "evaluate", net, "--data", "cifar10:" + temp.resolve("none"));
    assertFails(2, "--data is missing", "evaluate", net);
    assertFails(2, "add --data", "prune", net, "--epochs", 3);
  }

  @Test
  void imagesOfAnotherSize_namesTheOption() throws IOException {
    Path data = Samples.images(temp);
    assertFails(2, "--resize 8x8", "evaluate", net, "--data", "idx:" + data, "--resize", "16x16");
  }

  @Test
  void cropThatDoesNotFit_namesTheOptions() throws IOException {
    String data = "idx:" + Samples.images(temp);
    assertFails(2, "--crop 8: it needs", "evaluate", net, "--data", data, "--crop", 8);
    assertFails(2, "--resize 9x9", "evaluate", net, "--data", data, "--crop", 8, "--resize", "9x9");
    assertFails(2, "expected 8 or", "evaluate", net, "--data", data, "--crop", 8, "--resize", 7);
    assertFails(
        2, "give --crop 8x8", "evaluate", net, "--data", data, "--crop", "7", "--resize", 9);
    assertFails(2, "'--crop'", "evaluate", net, "--data", data, "--crop", "8by8");
    assertFails(2, "--crop: without --data", "prune", net, "--crop", "8");
  }

  @Test
  void slipsOfThePen_areCorrected() throws IOException {
    assertFails(1, "did you mean 'resnet20'", "train", "resnett20", "--data", "idx:" + temp);
    assertFails(1, "a share is written macs=50%", "prune", net, "--budget", "macs=50");
    assertFails(1, net.getFileName() + ": budget", "prune", net, "--budget", "macs=1");
    assertFails(2, "--batch", "bench", net, "--batch", "0");
  }

  @Test
  void unknownMethodAndSetting_listWhatThereIs() throws IOException {
    assertFails(2, "did you mean", "methods", "l11");
    assertFails(2, "--method: unknown method 'l11'", "prune", net, "--method", "l11");
    assertFails(2, "--set: method 'l1': no setting 'x'", "prune", net, "--set", "x=1");
  }

  @Test
  void unknownNetworkOfTheZoo_listsTheZoo() throws IOException {
    assertFails(1, "resnet20", "train", "resnet21", "--data", "idx:" + Samples.images(temp));
  }

  @Test
  void failures_areOneLine() {
    assertEquals("a b", Failure.line(new IllegalArgumentException("a\n  b\n")));
    assertTrue(Failure.line(new OutOfMemoryError("heap")).contains("JAVA_OPTS"));
    assertTrue(Failure.line(new NullPointerException("x")).contains("please report"));
    FileSystemException full = new FileSystemException("f", null, "No space left on device");
    assertEquals("f: No space left on device", Failure.line(new UncheckedIOException(full)));
  }

  @Test
  void stacktrace_isPrintedOnlyOnDemand() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(System.out, new PrintStream(err, true), false);
    assertEquals(1, Failure.report(console, new IllegalStateException("why"), false));
    assertFalse(err.toString().contains("\tat "), err.toString());
    Invocation run = Invocation.of("inspect", temp.resolve("none.onnx"), "--stacktrace");
    assertTrue(run.err().contains("\tat "), run.err());
  }
}

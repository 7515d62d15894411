package io.espalier.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The walls between the packages. A wall moves only with a note in docs/decisions. */
class ArchitectureTest {
  private static final String ROOT = "io.espalier";

  /** Packages that may see everything above their line, and nothing on it or below. */
  private static final List<Set<String>> LEVELS =
      List.of(
          Set.of("graph", "file", "progress"),
          Set.of("onnx", "channel", "cost", "zoo"),
          Set.of("surgery"),
          Set.of("torch", "data", "latency"),
          Set.of("train", "proof"),
          Set.of("method", "dynamic"),
          Set.of("experiment"),
          Set.of("report"),
          Set.of("cli"));

  /** What lives in the module that runs wherever a JVM runs. */
  private static final Set<String> PORTABLE =
      Set.of("graph", "file", "onnx", "channel", "cost", "zoo", "surgery");

  private static final Pattern EMPTY_NAME =
      Pattern.compile("(^|[a-z0-9])(Abstract|Base|Impl|Manager|Utils?|Helpers?)(?=[A-Z0-9]|$)");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void packages_ofTheProject_haveALevel() {
    Set<String> known = new TreeSet<>();
    LEVELS.forEach(known::addAll);
    Set<String> found = new TreeSet<>();
    CLASSES.forEach(type -> found.add(topPackage(type)));
    assertTrue(found.containsAll(Set.of("graph", "zoo", "data")), "imported only " + found);
    found.removeAll(known);
    assertEquals(Set.of(), found, "packages without a level");
  }

  @Test
  void packages_onALevel_seeOnlyHigherLevels() {
    List<String> above = new ArrayList<>();
    for (Set<String> level : LEVELS) {
      for (String name : level) {
        List<String> visible = new ArrayList<>(above);
        visible.add(name);
        classes()
            .that(resideIn(List.of(name)))
            .should()
            .onlyDependOnClassesThat(resideIn(visible).or(areForeign()))
            .allowEmptyShould(true)
            .check(CLASSES);
      }
      above.addAll(level);
    }
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void libtorch_isSeenByTorchOnly() {
    onlyIn(Set.of("torch"), "org.bytedeco..");
  }

  @Test
  void onnxRuntime_isSeenByLatencyAndProofOnly() {
    onlyIn(Set.of("latency", "proof"), "ai.onnxruntime..");
  }

  @Test
  void onnxMessages_areSeenByOnnxOnly() {
    onlyIn(Set.of("onnx"), "ai.onnx.proto..");
  }

  @Test
  void commandLine_isSeenByCliOnly() {
    onlyIn(Set.of("cli"), "picocli..");
  }

  @Test
  void portablePackages_haveNothingNative() {
    ArchRuleDefinition.methods()
        .that()
        .areDeclaredInClassesThat(resideIn(PORTABLE))
        .should()
        .notHaveModifier(JavaModifier.NATIVE)
        .check(CLASSES);
  }

  @Test
  void classes_haveNamesThatSaySomething() {
    List<String> empty =
        CLASSES.stream()
            .map(JavaClass::getSimpleName)
            .filter(name -> EMPTY_NAME.matcher(name).find())
            .toList();
    assertEquals(List.of(), empty);
  }

  @Test
  void emptyNames_areFoundAsWords() {
    assertTrue(EMPTY_NAME.matcher("GraphUtil").find());
    assertTrue(EMPTY_NAME.matcher("BaseNode").find());
    assertEquals(false, EMPTY_NAME.matcher("Baseline").find());
  }

  private static void onlyIn(Set<String> packages, String foreign) {
    noClasses()
        .that(DescribedPredicate.not(resideIn(packages)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(foreign)
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> resideIn(Iterable<String> packages) {
    Set<String> names = new TreeSet<>();
    packages.forEach(names::add);
    return DescribedPredicate.describe(
        "reside in " + names,
        type -> type.getPackageName().startsWith(ROOT) && names.contains(topPackage(type)));
  }

  private static DescribedPredicate<JavaClass> areForeign() {
    return DescribedPredicate.describe(
        "are foreign", type -> !type.getPackageName().startsWith(ROOT));
  }

  /** {@code method} of {@code io.espalier.method.criterion.L1}. */
  private static String topPackage(JavaClass type) {
    String below = type.getPackageName().substring(ROOT.length());
    return below.isEmpty() ? "" : below.substring(1).split("\\.")[0];
  }
}

package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every requirement has its row, and every test named in one exists and runs. */
class ConformanceTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "")).resolve("..");
  private static final String SAMPLE =
      """
      // @Test void inAComment() {}
      @Slow
      final class SampleTest extends Contract {
        String text = "@Test void inText() {";
        @Test
        void runs() {}

        @ParameterizedTest(name = "{0} (of ) two")
        @CsvSource({"a, )", "b, ("})
        void runsWithArguments(String name) {}

        @TestFactory Stream<DynamicTest> makesTests() {}

        @Test @Disabled("flaky") void isDisabled() {}

        void helps() {}
      }
      """;
  private static final String CONTRACT =
      "public abstract class Contract { @Test public void isInherited() {} }";

  @Test
  void everyRequirementHasItsRowAndEveryTestNamedInOneExistsAndRuns() throws IOException {
    Conformance conformance = new Conformance(requirements(), TestSources.below(ROOT));

    assertThat(conformance.problemsOf(Files.readAllLines(ROOT.resolve("CONFORMANCE.md"))))
        .isEmpty();
  }

  @Test
  void thereAre336RequirementsAnd62Rulings() throws IOException {
    List<String> lines = requirements().stream().filter(line -> !line.startsWith("#")).toList();

    assertThat(lines.stream().filter(line -> line.startsWith("E-"))).hasSize(62);
    assertThat(lines).hasSize(336 + 62);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = ';',
      value = {
        "S; SampleTest#runs, SampleTest#runsWithArguments; ''",
        "S; SampleTest#makesTests; ''",
        "S; SampleTest#isInherited; ''",
        "S; ''; names no test",
        "S; -; names no test",
        "S; later; must name a test now",
        "S; awaited; awaited is not Class#method",
        "S; SampleTest#runs, ; is not Class#method",
        "S; SampleTest; SampleTest is not Class#method",
        "S; NoTest#runs; NoTest#runs is of no class in the sources",
        "S; TwiceTest#runs; TwiceTest#runs may be of several classes",
        "S; Sample#runs; Sample#runs is of a class that the build does not run",
        "S; BaseTest#runs; BaseTest#runs is of a class that the build does not run",
        "S; DisabledTest#runs; DisabledTest#runs is of a class that the build does not run",
        "S; MainTest#runs; MainTest#runs is of a class that the build does not run",
        "S; SampleTest#isDisabled; SampleTest#isDisabled is no test method of that class",
        "S; SampleTest#helps; SampleTest#helps is no test method of that class",
        "S; SampleTest#inAComment; SampleTest#inAComment is no test method of that class",
        "S; SampleTest#inText; SampleTest#inText is no test method of that class",
        "C; -; ''",
        "C; later; 'is not bound, so the cell must be -'",
        "C; ''; 'is not bound, so the cell must be -'",
      })
  void aCellOfTheServerIsCheckedAgainstTheSources(String side, String cell, String problem) {
    String client = side.equals("C") ? "SampleTest#runs" : "-";
    List<String> found =
        sample("TRN-01|MUST|" + side)
            .problemsOf(
                List.of("| TRN-01 | MUST | " + side + " | x | " + cell + " | " + client + " |"));

    assertThat(found)
        .isEqualTo(problem.isEmpty() ? List.of() : List.of("TRN-01: server: " + problem));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "| TRN-01 | MUST | S | x | SampleTest#runs | - | ; ''",
        "nothing at all; TRN-01: has no row",
        "| TRN-01 | MUST | S | x | SampleTest#runs | ; 'TRN-01: has 5 cells, not 6'",
        "| TRN-01 | MUST | S | x | | SampleTest#runs | - | ; 'TRN-01: has 7 cells, not 6'",
        "| TRN-01 | MAY | S | x | SampleTest#runs | - | ; TRN-01: its level is MUST",
        "| TRN-01 | MUST | C | x | SampleTest#runs | - | ; TRN-01: its side is S",
        "| TRN-01 | MUST | S | | SampleTest#runs | - | ; TRN-01: says nothing",
        "| TRN-01 | MUST | S | x | SampleTest#runs | later | ;"
            + " 'TRN-01: client: is not bound, so the cell must be -'",
      })
  void aRowIsCheckedAgainstItsRequirement(String row, String problem) {
    assertThat(sample("TRN-01|MUST|S").problemsOf(List.of(row)))
        .isEqualTo(problem.isEmpty() ? List.of() : List.of(problem));
  }

  @Test
  void rowsAreNeitherDoubledNorInvented() {
    String row = "| TRN-01 | MUST | S | x | SampleTest#runs | - |";

    assertThat(sample("TRN-01|MUST|S").problemsOf(List.of(row, row, row.replace("01", "99"))))
        .containsExactly("TRN-99: is not a requirement", "TRN-01: has 2 rows");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "PKG-01|MUST|S, true",
    "SEC-08|rec|S, true",
    "CLOSE-01|MUST|S, false",
    "E-59|ruling|S, true",
    "E-58|ruling|S, false",
  })
  void onlySomeTopicsOfTheServerMayWait(String requirement, boolean mayWait) {
    String[] parts = requirement.split("\\|");
    String level = parts[1].equals("ruling") ? "" : " | " + parts[1];
    String row = "| " + parts[0] + level + " | S | x | later | - |";

    assertThat(sample(requirement).problemsOf(List.of(row)).isEmpty()).isEqualTo(mayWait);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = ';',
      value = {
        "PKG-10|SHOULD; later; must name a test now",
        "SEC-07|rec; later; must name a test now",
        "E-48|ruling; later; must name a test now",
        "SEC-01|rec; later; must name a test now",
        "DESC-01|def; later; must name a test now",
        "E-61|ruling; later; must name a test now",
        "SEC-02|rec; application; ''",
        "OWN-06|SHOULD; application; ''",
        "PKG-10|SHOULD; application; 'binds the library, so the cell must name a test'",
        "E-48|ruling; application; 'binds the library, so the cell must name a test'",
        "DESC-01|def; SampleTest#runs; ''",
        "DESC-01|def; SampleTest#helps; SampleTest#helps is no test method of that class",
      })
  void aCellOfTheClientIsCheckedTheSameAndMayBindTheApplication(
      String requirement, String cell, String problem) {
    String[] parts = requirement.split("\\|");
    String level = parts[1].equals("ruling") ? "" : " | " + parts[1];
    String row = "| " + parts[0] + level + " | C | x | - | " + cell + " |";

    assertThat(sample(requirement + "|C").problemsOf(List.of(row)))
        .isEqualTo(problem.isEmpty() ? List.of() : List.of(parts[0] + ": client: " + problem));
  }

  @Test
  void theServerCannotLeaveARowToTheApplication() {
    assertThat(
            sample("SEC-02|rec|S")
                .problemsOf(List.of("| SEC-02 | rec | S | x | application | - |")))
        .containsExactly("SEC-02: server: application is not Class#method");
  }

  private static Conformance sample(String requirement) {
    TestSources sources = new TestSources();
    sources.add(CONTRACT, false);
    sources.add(SAMPLE, true);
    sources.add("class Sample { @Test void runs() {} }", true);
    sources.add("abstract class BaseTest { @Test void runs() {} }", true);
    sources.add("@Disabled class DisabledTest { @Test void runs() {} }", true);
    sources.add("class MainTest { @Test void runs() {} }", false);
    sources.add("class TwiceTest { @Test void runs() {} }", true);
    sources.add("class TwiceTest { @Test void runs() {} }", true);
    return new Conformance(List.of("# a comment", "", requirement), sources);
  }

  private static List<String> requirements() throws IOException {
    try (InputStream in = ConformanceTest.class.getResourceAsStream("requirements.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}

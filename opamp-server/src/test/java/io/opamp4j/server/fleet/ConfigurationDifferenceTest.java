package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.server.fleet.ConfigurationDifference.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ConfigurationDifferenceTest {

  @Test
  void equalFilesDoNotDiffer() {
    assertThat(ConfigurationDifference.between(files("a", "x\n"), files("a", "x\n"))).isEmpty();
    assertThat(ConfigurationDifference.between(files(), files())).isEmpty();
  }

  @Test
  void showsWhatChangedWithThreeLinesAroundIt() {
    String old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

    assertThat(only(files("c.yaml", old), files("c.yaml", old.replace("5", "five"))).text())
        .isEqualTo(
            """
            --- a/c.yaml
            +++ b/c.yaml
            @@ -2,7 +2,7 @@
             2
             3
             4
            -5
            +five
             6
             7
             8
            """);
  }

  @Test
  void showsFilesThatCameAndWent() {
    ConfigurationDifference came = only(files(), files("new", "x\n"));
    ConfigurationDifference went = only(files("old", "y\n"), files());

    assertThat(came.change()).isEqualTo(Change.ADDED);
    assertThat(came.text()).isEqualTo("--- /dev/null\n+++ b/new\n@@ -0,0 +1,1 @@\n+x\n");
    assertThat(went.change()).isEqualTo(Change.REMOVED);
    assertThat(went.text()).isEqualTo("--- a/old\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-y\n");
  }

  @Test
  void showsALineEndThatIsMissing() {
    assertThat(only(files("f", "x"), files("f", "x\n")).text())
        .isEqualTo("--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
  }

  @Test
  void showsLineEndsThatBecameOthers() {
    assertThat(only(files("f", "x\r\n"), files("f", "x\n")).text()).contains("-x\r\n", "+x\n");
  }

  @Test
  void saysThatFilesDifferWhereTheirContentCannotBeShown() {
    AgentConfigMap binary =
        AgentConfigMap.newBuilder()
            .putConfigMap(
                "f", AgentConfigFile.newBuilder().setBody(ByteString.fromHex("ff00")).build())
            .build();
    String long1 = "x\n".repeat(ConfigurationDifference.MAX_LINES + 1);

    for (AgentConfigMap other : List.of(binary, files("f", "a\0b"), files("f", long1))) {
      ConfigurationDifference difference = only(files("f", "x\n"), other);
      assertThat(difference.change()).isEqualTo(Change.CHANGED);
      assertThat(difference.text()).isEmpty();
    }
  }

  @Test
  void aTypeAloneMayDiffer() {
    AgentConfigMap typed =
        AgentConfigMap.newBuilder()
            .putConfigMap(
                "f",
                AgentConfigFile.newBuilder()
                    .setContentType("text/yaml")
                    .setBody(ByteString.copyFromUtf8("x\n"))
                    .build())
            .build();

    ConfigurationDifference difference = only(files("f", "x\n"), typed);

    assertThat(difference.change()).isEqualTo(Change.CHANGED);
    assertThat(difference.toContentType()).isEqualTo("text/yaml");
    assertThat(difference.text()).isEmpty();
  }

  @Test
  void anAgentsOnlyFileIsComparedWhateverItIsCalled() {
    assertThat(ConfigurationDifference.ofAgent(files("c.yaml", "x\n"), files("", "x\n"))).isEmpty();
    assertThat(ConfigurationDifference.ofAgent(files("c.yaml", "new\n"), files("", "old\n")))
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.name()).isEqualTo("c.yaml");
              assertThat(difference.text()).contains("-old\n+new\n");
            });
    assertThat(ConfigurationDifference.ofAgent(files("a", "x\n", "b", "y\n"), files("a", "x\n")))
        .extracting(ConfigurationDifference::name)
        .containsExactly("b");
  }

  /** What was removed and kept makes the old file; what was added and kept, the new one. */
  @Test
  void thePartsMakeBothFilesAgain() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<String> old = lines(random, random.nextInt(30));
      List<String> fresh = new ArrayList<>(old);
      for (int i = random.nextInt(10); i > 0; i--) {
        int at = random.nextInt(fresh.size() + 1);
        if (random.nextBoolean() && at < fresh.size()) {
          fresh.remove(at);
        } else {
          fresh.add(at, "n" + random.nextInt(5));
        }
      }
      if (old.equals(fresh) || old.isEmpty() || fresh.isEmpty()) {
        continue;
      }

      String text = only(files("f", text(old)), files("f", text(fresh))).text();

      assertThat(count(text, '-') - count(text, '+'))
          .as("seed %d", seed)
          .isEqualTo(old.size() - fresh.size());
      assertThat(old).as("seed %d", seed).containsAll(marked(text, '-'));
      assertThat(fresh).as("seed %d", seed).containsAll(marked(text, '+'));
    }
  }

  private static long count(String text, char mark) {
    return marked(text, mark).size();
  }

  private static List<String> marked(String text, char mark) {
    return text.lines()
        .skip(2)
        .filter(line -> line.charAt(0) == mark)
        .map(line -> line.substring(1))
        .toList();
  }

  private static List<String> lines(Random random, int count) {
    return IntStream.range(0, count).mapToObj(i -> "l" + random.nextInt(8)).toList();
  }

  private static String text(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private static ConfigurationDifference only(AgentConfigMap from, AgentConfigMap to) {
    List<ConfigurationDifference> all = ConfigurationDifference.between(from, to);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static AgentConfigMap files(String... nameAndBody) {
    AgentConfigMap.Builder files = AgentConfigMap.newBuilder();
    for (int i = 0; i < nameAndBody.length; i += 2) {
      files.putAllConfigMap(
          Map.of(
              nameAndBody[i],
              AgentConfigFile.newBuilder()
                  .setBody(ByteString.copyFromUtf8(nameAndBody[i + 1]))
                  .build()));
    }
    return files.build();
  }
}

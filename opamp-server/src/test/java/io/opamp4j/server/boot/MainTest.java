package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.OpampServer;
import io.opamp4j.server.config.ConfigProblems;
import io.opamp4j.server.config.Setting;
import io.opamp4j.server.config.SettingTable;
import io.opamp4j.server.config.StoragePlugins;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  private static final String STORAGE = "--storage.type=recording";
  private static final String PORT = "--server.port=0";

  @TempDir Path folder;

  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
  private final List<OpampServer> served = new ArrayList<>();

  @Test
  void servesUntilItIsToldToStop() {
    assertThat(run(Map.of(), STORAGE, PORT)).isEqualTo(Main.OK);
    assertThat(served).hasSize(1);
    assertThat(err()).isEmpty();
  }

  @Test
  void aBadConfigurationIsOneReportAndNothingStarts() throws IOException {
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(conf.resolve("opamp-server.yaml"), "server: {prot: 1, port: x}\n");

    int code = run(Map.of("OPAMP_NONSENSE", "1"), STORAGE, "--agents.retention", "soon");

    assertThat(code).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(served).isEmpty();
    assertThat(out()).isEmpty();
    assertThat(err())
        .startsWith("The configuration has 4 problems:")
        .contains("server.prot", "server.port must", "OPAMP_NONSENSE", "agents.retention")
        .doesNotContain("Exception", "\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "opening, opamp-server: cannot open the storage: ./data is locked by another process",
    "checking, opamp-server: cannot start storage: recording: disk full"
  })
  void aStorageThatCannotBeOpenedIsOneLine(String when, String line) {
    assertThat(run(Map.of(), STORAGE, "--storage.recording.fails", when))
        .isEqualTo(Main.CANNOT_OPEN);
    assertThat(err().lines()).containsExactly(line);
    assertThat(served).isEmpty();
  }

  @Test
  void helpNamesEverySettingWithDefaultAndEnvironmentName() {
    assertThat(run(Map.of(), "--help")).isEqualTo(Main.OK);

    ConfigProblems problems = new ConfigProblems();
    SettingTable table =
        new SettingTable(StoragePlugins.load(getClass().getClassLoader(), problems));
    for (Setting<?> setting : table.all()) {
      assertThat(out()).contains("  " + setting.key() + "\n", setting.environmentName());
      assertThat(out()).contains(setting.secret() ? "****" : setting.defaultText());
    }
    assertThat(out().lines()).allMatch(line -> line.length() <= 110);
  }

  @Test
  void helpIsGivenHoweverWrongTheRestIs() {
    assertThat(run(Map.of("OPAMP_X", "1"), "--help", "--nonsense")).isEqualTo(Main.OK);
    assertThat(err()).isEmpty();
  }

  @Test
  void versionNamesServerAndJava() {
    assertThat(run(Map.of(), "--version")).isEqualTo(Main.OK);
    assertThat(out()).startsWith("opamp-server ").contains(System.getProperty("java.version"));
  }

  @Test
  void checkConfigShowsEveryValueAndOpensNothing() {
    int code =
        run(
            Map.of("OPAMP_STORAGE_RECORDING_PASSWORD", "s3cret"),
            "--check-config",
            STORAGE,
            "--storage.recording.fails=opening");

    assertThat(code).isEqualTo(Main.OK);
    assertThat(served).isEmpty();
    assertThat(out())
        .containsPattern("server.port: +4320 +# default")
        .containsPattern("storage.type: +recording +# --storage.type")
        .containsPattern("storage.recording.password: +\\*{4} +# OPAMP_STORAGE_RECORDING_PASSWORD")
        .doesNotContain("s3cret");
    assertThat(run(Map.of(), "--check-config", "--storage.type=none")).isEqualTo(2);
  }

  @Test
  void anUnexpectedFailureShowsItsTrace() {
    Main main =
        new Main(
            installation(),
            server -> {
              throw new IllegalStateException("never expected");
            });
    assertThat(main.run(List.of(STORAGE, PORT), Map.of(), print(outBytes), print(errBytes)))
        .isEqualTo(Main.FAILED);
    assertThat(err()).contains("never expected", "\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, http://localhost:80",
    "::, http://localhost:80",
    "127.0.0.1, http://127.0.0.1:80",
    "::1, http://[0:0:0:0:0:0:0:1]:80"
  })
  void theUrlCanBeOpened(String host, String url) {
    assertThat(Main.url(new InetSocketAddress(host, 80))).isEqualTo(url);
  }

  private int run(Map<String, String> environment, String... args) {
    Main main =
        new Main(
            installation(),
            server -> {
              served.add(server);
              server.close();
            });
    return main.run(List.of(args), environment, print(outBytes), print(errBytes));
  }

  private Installation installation() {
    return new Installation(Optional.of(folder), folder.resolve("elsewhere"));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }
}

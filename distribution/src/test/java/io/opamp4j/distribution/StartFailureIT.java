package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be opened ends the start with exit code 3 and one line for people beside the log. */
class StartFailureIT {
  private static final String LOG_LINE = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z (INFO |WARN ) .*";

  @TempDir Path working;

  @Test
  void aDatabaseThatARunningServerHolds() {
    try (ServerProcess running = ServerProcess.jar(working, "--server.port=0").start()) {
      Rest rest = new Rest(running.url());

      ServerProcess.Result second = ServerProcess.jar(working, "--server.port=0").run();

      assertRefused(
          second,
          "opamp-server: cannot open the storage: the H2 database at ./data/opamp is in use by"
              + " another process");
      assertThat(rest.get("/api/v1/agents").get("items")).as("of the first server").isEmpty();
    }
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      ServerProcess.Result result =
          ServerProcess.jar(working, "--server.port=" + taken.getLocalPort()).run();

      assertThat(refusal(result))
          .startsWith("opamp-server: ")
          .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ")
          .contains("Address already in use");
    }
    // The failed start has let go of the database.
    try (ServerProcess next = ServerProcess.jar(working, "--server.port=0").start()) {
      assertThat(next.port()).isPositive();
    }
  }

  @Test
  void anAddressThatIsNotOfThisMachine() {
    // TEST-NET-1 of RFC 5737: nobody has it, and nothing is sent to it.
    ServerProcess.Result result =
        ServerProcess.jar(working, "--server.host=192.0.2.1", "--server.port=0").run();

    assertThat(refusal(result)).contains("cannot listen on 192.0.2.1:0: ");
  }

  @Test
  void aDataDirectoryThatCannotBeMade() throws IOException {
    Files.writeString(working.resolve("data"), "a regular file");

    ServerProcess.Result result = ServerProcess.jar(working, "--server.port=0").run();

    assertThat(refusal(result))
        .startsWith(
            "opamp-server: cannot open the storage: cannot write the H2 database at ./data/opamp: ")
        .endsWith("data is not a directory");
  }

  @Test
  void aDataDirectoryDeepBelowARegularFile() throws IOException {
    Files.writeString(working.resolve("file"), "a regular file");

    ServerProcess.Result result =
        ServerProcess.jar(working, "--server.port=0", "--storage.h2.path=file/deep/down").run();

    assertThat(refusal(result))
        .startsWith(
            "opamp-server: cannot open the storage: cannot write the H2 database at"
                + " file/deep/down: ");
  }

  @Test
  void aDatabaseThatIsDamaged() throws IOException {
    Files.createDirectories(working.resolve("data"));
    Files.writeString(working.resolve("data/opamp.mv.db"), "no database ".repeat(10_000));

    ServerProcess.Result result = ServerProcess.jar(working, "--server.port=0").run();

    assertThat(refusal(result))
        .startsWith("opamp-server: cannot open the storage: the H2 database at ./data/opamp is");
    assertThat(working.resolve("data/opamp.mv.db")).as("not touched").content().contains("no data");
  }

  private static void assertRefused(ServerProcess.Result result, String line) {
    assertThat(refusal(result)).isEqualTo(line);
  }

  /** The only line of standard error that is not the log's. */
  private static String refusal(ServerProcess.Result result) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines().filter(line -> !line.matches(LOG_LINE)))
        .as("lines that are not the log's")
        .hasSize(1);
    return result.err().lines().filter(line -> !line.matches(LOG_LINE)).findFirst().orElseThrow();
  }
}

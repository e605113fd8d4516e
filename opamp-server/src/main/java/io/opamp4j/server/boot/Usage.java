package io.opamp4j.server.boot;

import io.opamp4j.server.config.Setting;
import io.opamp4j.server.config.SettingTable;

/** What {@code --help} and {@code --version} print. */
final class Usage {
  private Usage() {}

  static String help(SettingTable table) {
    StringBuilder text =
        new StringBuilder(
            """
            Usage: opamp-server [OPTION]... [--KEY VALUE | --KEY=VALUE]...
                   opamp-server storage copy --from BACKEND --to BACKEND [--overwrite] [OPTION]...

            A control plane for telemetry agents that speak OpAMP: WebSocket, HTTP and REST on one port.

            Options:
              --config FILE    Read this file; else OPAMP_CONFIG, else conf/opamp-server.yaml in the
                               working directory, else the one beside opamp-server.jar.
              --check-config   Print every value in force and where it comes from; do not start.
              --version        Print the version of the server and of Java.
              --help, -h       Print this.

            storage copy brings everything from one storage backend into another, compares the two,
            and ends. Stop the server first. The target must be empty, unless --overwrite is given:
            then what it has under the same name is replaced, and the rest stays.

            Every key can be written in the file, as an environment variable and as an option;
            the later wins. Durations: 500ms, 30s, 5m, 1h, 7d. Sizes: 1048576, 512KiB, 64MiB.

            Keys:
            """);
    for (Setting<?> setting : table.all()) {
      text.append("  ").append(setting.key()).append('\n');
      text.append("      ").append(setting.description());
      text.append(setting.secret() ? " Secret: masked when shown.\n" : "\n");
      String shown = setting.defaultText().isEmpty() ? "none" : setting.defaultText();
      text.append("      Default: ").append(setting.secret() ? "****" : shown);
      text.append("  Environment: ").append(setting.environmentName()).append('\n');
    }
    text.append(
        """

        Exit codes: 0 done; 1 unexpected failure; 2 bad configuration or usage;
        3 the storage or the port cannot be opened.
        """);
    return text.toString();
  }

  static String version() {
    return "opamp-server %s (Java %s, %s)"
        .formatted(
            productVersion(),
            System.getProperty("java.version"),
            System.getProperty("java.vendor"));
  }

  /** From the jar's manifest; class folders have none. */
  static String productVersion() {
    String version = Usage.class.getPackage().getImplementationVersion();
    return version == null ? "(development)" : version;
  }
}

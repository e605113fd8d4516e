package io.opamp4j.server.boot;

import com.google.inject.Module;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.ServerStartException;
import io.opamp4j.server.config.CommandLine;
import io.opamp4j.server.config.ConfigException;
import io.opamp4j.server.config.ConfigProblems;
import io.opamp4j.server.config.ConfigReader;
import io.opamp4j.server.config.Configuration;
import io.opamp4j.server.config.EffectiveValue;
import io.opamp4j.server.config.StoragePlugins;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The program. Results go to standard output, complaints and the log to standard error. */
public final class Main {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int BAD_CONFIGURATION = 2;
  static final int CANNOT_OPEN = 3;

  private final Installation installation;
  private final ShutdownHook hook;

  Main(Installation installation, ShutdownHook hook) {
    this.installation = installation;
    this.hook = hook;
  }

  /** Runs until the process is told to stop. */
  public static void main(String[] args) {
    // Guice would generate classes through sun.misc.Unsafe, about which newer JVMs complain on
    // standard
    // error. It only makes calls quicker that are made once.
    System.setProperty("guice_bytecode_gen_option", "DISABLED");
    // Tyrus and Jersey log to java.util.logging.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Main main = new Main(Installation.current(), Main::closeWithProcess);
    System.exit(main.run(List.of(args), System.getenv(), System.out, System.err));
  }

  /**
   * Does what the command line asks for.
   *
   * @return the exit code
   */
  int run(List<String> args, Map<String, String> environment, PrintStream out, PrintStream err) {
    try {
      return runOrThrow(args, environment, out);
    } catch (ConfigException e) {
      err.println(e.getMessage());
      err.println("Nothing was started. Try --help for all keys, --check-config for a dry run.");
      return BAD_CONFIGURATION;
    } catch (ServerStartException e) {
      err.println("opamp-server: " + e.getMessage());
      if (e.reason() == ServerStartException.Reason.OTHER) {
        e.printStackTrace(err);
        return FAILED;
      }
      log().debug("start failed", e);
      return CANNOT_OPEN;
    } catch (InterruptedException | RuntimeException | Error e) {
      err.println("opamp-server: unexpected failure");
      e.printStackTrace(err);
      return FAILED;
    }
  }

  private int runOrThrow(List<String> args, Map<String, String> environment, PrintStream out)
      throws InterruptedException {
    ConfigProblems problems = new ConfigProblems();
    ClassLoader loader = installation.pluginLoader(problems);
    StoragePlugins plugins = StoragePlugins.load(loader, problems);
    ConfigReader reader = new ConfigReader(plugins);
    CommandLine commandLine = CommandLine.parse(args, reader.table(), problems);
    if (commandLine.help()) {
      out.print(Usage.help(reader.table()));
      return OK;
    }
    if (commandLine.version()) {
      out.println(Usage.version());
      return OK;
    }
    if (commandLine.copy().isPresent()) {
      return copy(commandLine.copy().get(), reader, commandLine, environment, problems, out);
    }
    Configuration configuration =
        reader.read(commandLine, environment, installation.defaultConfigFile(), problems);
    if (commandLine.checkConfig()) {
      out.print(EffectiveValue.table(configuration.values()));
      return OK;
    }
    serve(configuration, loader, out);
    return OK;
  }

  private int copy(
      CommandLine.Copy order,
      ConfigReader reader,
      CommandLine commandLine,
      Map<String, String> environment,
      ConfigProblems problems,
      PrintStream out) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("--from", order.from());
    names.put("--to", order.to());
    if (order.from().equals(order.to())) {
      problems.add("--to", "must be another backend than --from");
    }
    List<Module> storages =
        reader.storages(
            names, commandLine, environment, installation.defaultConfigFile(), problems);
    StorageCopyCommand.run(storages.get(0), storages.get(1), order.overwrite(), out);
    return OK;
  }

  private void serve(Configuration configuration, ClassLoader plugins, PrintStream out)
      throws InterruptedException {
    log().info("{}", Usage.version());
    configuration.values().stream()
        .filter(value -> !value.isDefault())
        .forEach(v -> log().info("{}: {} (from {})", v.key(), v.shown(), v.source()));
    try (OpampServer server =
        OpampServer.builder()
            .config(configuration.server())
            .storage(configuration.storage())
            .pluginLoader(plugins)
            .start()) {
      // First the hook: whoever reads that it has started may stop it at once.
      hook.add(server);
      log().info("opamp-server has started");
      server.address().ifPresent(address -> welcome(configuration.server(), address, out));
      server.awaitClosed();
    }
  }

  /** The first line is read by programs: {@code Listening on http://HOST:PORT}. */
  private static void welcome(ServerConfig config, InetSocketAddress address, PrintStream out) {
    String url = url(address);
    out.println("Listening on " + url);
    out.println("Agents connect to " + url.replaceFirst("http", "ws") + config.agents().path());
    out.println("Try: curl " + url + "/api/v1/agents");
    out.flush();
  }

  static String url(InetSocketAddress address) {
    if (address.getAddress() == null || address.getAddress().isAnyLocalAddress()) {
      return "http://localhost:" + address.getPort();
    }
    String host = address.getAddress().getHostAddress();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static void closeWithProcess(OpampServer server) {
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "opamp-shutdown"));
  }

  /** Not a constant: {@code --help} need not pay for the start of the log. */
  private static Logger log() {
    return LoggerFactory.getLogger(Main.class);
  }

  /** Sees to it that a started server is closed when the process is told to stop. */
  @FunctionalInterface
  interface ShutdownHook {
    void add(OpampServer server);
  }
}

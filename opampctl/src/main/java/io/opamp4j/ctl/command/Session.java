package io.opamp4j.ctl.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.context.ContextFile;
import io.opamp4j.ctl.context.Contexts;
import io.opamp4j.ctl.context.Contexts.Context;
import io.opamp4j.ctl.context.ServerUrl;
import io.opamp4j.ctl.output.Console;
import io.opamp4j.ctl.output.Palette;
import io.opamp4j.ctl.output.Progress;
import io.opamp4j.ctl.rest.Api;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with, made from the options when it is asked for. Not for several threads.
 */
final class Session {
  private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);
  private static final String USUAL_SERVER = "http://127.0.0.1:4320";
  private static final int LONGEST_TOKEN = 8_192;

  private final RootCommand options;
  private final Surroundings surroundings;
  private boolean inputTaken;

  Session(RootCommand options, Surroundings surroundings) {
    this.options = options;
    this.surroundings = surroundings;
  }

  RootCommand options() {
    return options;
  }

  Console console() {
    Streams streams = surroundings.streams();
    boolean colours =
        streams.outIsTerminal()
            && !options.noColor
            && surroundings.environment().getOrDefault("NO_COLOR", "").isEmpty();
    return new Console(
        streams.out(), streams.err(), options.format(), colours ? Palette.ANSI : Palette.NONE);
  }

  /** On standard error, so that results stay clean. */
  Progress progress() {
    Streams streams = surroundings.streams();
    return new Progress(streams.err(), streams.errIsTerminal(), streams.width());
  }

  Instant now() {
    return surroundings.clock().instant();
  }

  void pause(Duration time) {
    surroundings.pause().accept(time);
  }

  /** A name for an order that was never used. */
  String newKey() {
    return surroundings.keys().get();
  }

  /** Standard input; two options that both want it are a mistake. */
  InputStream input() {
    if (inputTaken) {
      throw CtlException.usage("standard input can be read only once");
    }
    inputTaken = true;
    return surroundings.streams().in();
  }

  /** Whether a person could be asked, and what they answered. */
  boolean confirmed(String question) {
    if (!surroundings.streams().errIsTerminal()) {
      return false;
    }
    surroundings.streams().err().print(question + " [y/N] ");
    surroundings.streams().err().flush();
    String answer = line(input());
    return answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes");
  }

  ContextFile contextFile() {
    String named = variable("OPAMPCTL_CONFIG");
    return new ContextFile(
        named == null
            ? surroundings.home().resolve(".config").resolve("opampctl").resolve("config.yaml")
            : Path.of(named));
  }

  /** Requests to the server that the options, the environment or the context name. */
  Api api() {
    Optional<Context> context = context();
    String named = options.server != null ? options.server : variable("OPAMPCTL_SERVER");
    Optional<String> token = token();
    if (token.isEmpty() && named == null) {
      token = context.flatMap(Context::token);
    }
    URI server =
        named != null ? url(named) : context.map(Context::server).orElse(URI.create(USUAL_SERVER));
    return new Api(server, token, options.timeout == null ? USUAL_TIMEOUT : options.timeout);
  }

  /** The token of the command line. */
  Optional<String> tokenOption() {
    return options.token == null ? Optional.empty() : Optional.of(token(options.token));
  }

  /** The token that was given here, not the context's. */
  private Optional<String> token() {
    return tokenOption().or(() -> Optional.ofNullable(variable("OPAMPCTL_TOKEN")).map(this::token));
  }

  private String token(String given) {
    String token = given.equals("-") ? line(input()) : given;
    if (!token.matches("[\\x21-\\x7e]{1,8192}")) {
      throw CtlException.usage("the token must be 1 to 8192 visible ASCII characters");
    }
    return token;
  }

  static URI url(String text) {
    try {
      return ServerUrl.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CtlException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private Optional<Context> context() {
    if (options.context == null && options.server != null) {
      // The file has nothing to say then, and need not even be readable.
      return Optional.empty();
    }
    ContextFile file = contextFile();
    Contexts contexts = file.read();
    if (file.isOpenToOthers()) {
      console().remark("others can read the file with your contexts and tokens; chmod 600 it");
    }
    Optional<String> name = Optional.ofNullable(options.context).or(contexts::current);
    return name.map(
        wanted ->
            contexts
                .find(wanted)
                .orElseThrow(
                    () ->
                        CtlException.usage(
                            "there is no context "
                                + wanted
                                + "; opampctl context list shows them")));
  }

  private @Nullable String variable(String name) {
    Map<String, String> environment = surroundings.environment();
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? null : value;
  }

  /** One line and no more, so that what follows is left to be read. */
  private static String line(InputStream in) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int next = in.read();
          next >= 0 && next != '\n' && line.size() <= LONGEST_TOKEN;
          next = in.read()) {
        line.write(next);
      }
    } catch (IOException e) {
      throw CtlException.usage("cannot read standard input: " + e);
    }
    return line.toString(UTF_8).strip();
  }
}

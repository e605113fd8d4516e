package io.opamp4j.ctl.output;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import java.io.PrintStream;
import java.util.function.Function;

/**
 * Where results and remarks go: results to standard output in the format that was asked for,
 * remarks to standard error. Not for several threads.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final Format format;
  private final Palette palette;

  /**
   * @param palette for standard output
   */
  public Console(PrintStream out, PrintStream err, Format format, Palette palette) {
    this.out = out;
    this.err = err;
    this.format = format;
    this.palette = palette;
  }

  /**
   * Shows the one result of a command.
   *
   * @param data for programs
   * @param text for people, with line ends
   */
  public void show(JsonNode data, Function<Palette, String> text) {
    switch (format) {
      case TABLE -> out.print(text.apply(palette));
      case JSON -> out.println(Json.pretty(data));
      case YAML -> out.print(Yaml.write(data));
    }
    out.flush();
  }

  /**
   * Shows one of many results as it comes: a line of JSON, or a document of YAML.
   *
   * @return false if nobody reads any more
   */
  public boolean next(JsonNode data, Function<Palette, String> text) {
    switch (format) {
      case TABLE -> out.print(text.apply(palette));
      case JSON -> out.println(Json.compact(data));
      case YAML -> out.print("---\n" + Yaml.write(data));
    }
    return !out.checkError();
  }

  /** Prints text as it is, whatever the format. */
  public void raw(String text) {
    out.print(text);
    out.flush();
  }

  /** Tells people something that is no result. */
  public void remark(String text) {
    err.println("opampctl: " + Plain.lines(text));
    err.flush();
  }
}

package io.opamp4j.ctl.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a request. Not for several threads. */
public final class Query {
  private final List<String> parts = new ArrayList<>();

  /** Adds a parameter, unless the value is null. */
  public Query with(String name, @Nullable Object value) {
    if (value != null) {
      parts.add(encode(name) + "=" + encode(value.toString()));
    }
    return this;
  }

  /** Adds a parameter once for each value. */
  public Query withAll(String name, @Nullable List<String> values) {
    if (values != null) {
      values.forEach(value -> with(name, value));
    }
    return this;
  }

  /** The same parameters, to be added to. */
  Query copy() {
    Query copy = new Query();
    copy.parts.addAll(parts);
    return copy;
  }

  /** With its question mark; empty if there is no parameter. */
  @Override
  public String toString() {
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  /** As it may stand in a path or a parameter. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

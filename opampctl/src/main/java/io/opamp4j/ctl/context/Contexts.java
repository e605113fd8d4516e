package io.opamp4j.ctl.context;

import static java.util.Collections.unmodifiableSortedMap;

import java.net.URI;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The servers a user works with. Immutable.
 *
 * @param current the one that counts when none is named
 * @param byName all of them
 */
public record Contexts(Optional<String> current, SortedMap<String, Context> byName) {
  /** Before anything was set. */
  public static final Contexts NONE = new Contexts(Optional.empty(), new TreeMap<>());

  /**
   * One server and how it is approached.
   *
   * @param token sent to that server and no other
   */
  public record Context(URI server, Optional<String> token) {
    /** Without the token. */
    @Override
    public String toString() {
      return "Context[" + server + (token.isPresent() ? ", with a token]" : "]");
    }
  }

  /** Copies the map. */
  public Contexts {
    byName = unmodifiableSortedMap(new TreeMap<>(byName));
  }

  /** The context of a name; empty if there is none. */
  public Optional<Context> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** With one added or replaced; the first becomes the current one. */
  public Contexts with(String name, Context context) {
    SortedMap<String, Context> all = new TreeMap<>(byName);
    all.put(name, context);
    return new Contexts(current.or(() -> Optional.of(name)), all);
  }

  /** With another one current. */
  public Contexts using(String name) {
    return new Contexts(Optional.of(name), byName);
  }

  /** Without one. */
  public Contexts without(String name) {
    SortedMap<String, Context> all = new TreeMap<>(byName);
    all.remove(name);
    return new Contexts(current.filter(now -> !now.equals(name)), all);
  }
}

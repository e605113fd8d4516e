package io.opamp4j.server.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.Labels;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The order of a listing. Agents with equal values are in the order of their uids, so that every
 * agent has a place of its own, and a page can begin behind any place.
 *
 * @param key by what
 * @param descending the other way round
 */
record AgentSort(Key key, boolean descending) {
  static final AgentSort USUAL = new AgentSort(Key.UID, false);

  private static final String SERVICE_NAME = "service.name";

  /** Names may be long, and a cursor should not; of more than this the rest does not count. */
  private static final int NAME_LENGTH = 100;

  private static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::seconds)
          .thenComparingInt(Place::nanos)
          .thenComparing(Place::name)
          .thenComparing(Place::uid);

  /** By what agents can be sorted. */
  enum Key {
    UID("uid"),
    NAME("name"),
    LAST_SEEN("lastSeen"),
    STATE_SINCE("stateSince");

    private final String word;

    Key(String word) {
      this.word = word;
    }
  }

  /**
   * Where an agent stands; what the sort is not about is zero or empty.
   *
   * @param seconds of a time
   * @param nanos of a time
   * @param name cut to a bounded length
   * @param uid of the agent
   */
  record Place(long seconds, int nanos, String name, InstanceUid uid) {}

  /** Reads {@code name} or {@code -name}. */
  static Optional<AgentSort> parse(String text) {
    boolean descending = text.startsWith("-");
    String word = descending ? text.substring(1) : text;
    return Arrays.stream(Key.values())
        .filter(key -> key.word.equals(word))
        .map(key -> new AgentSort(key, descending))
        .findFirst();
  }

  static String words() {
    return Arrays.stream(Key.values()).map(key -> key.word).collect(Collectors.joining(", "));
  }

  Comparator<Place> order() {
    return descending ? ORDER.reversed() : ORDER;
  }

  Place place(AgentView agent) {
    return switch (key) {
      case UID -> new Place(0, 0, "", agent.uid());
      case NAME -> new Place(0, 0, name(agent), agent.uid());
      case LAST_SEEN -> place(agent.lastSeen(), agent.uid());
      case STATE_SINCE -> place(agent.statusSince(), agent.uid());
    };
  }

  /** The place as text for a URL. */
  String cursor(Place place) {
    if (key == Key.UID) {
      return place.uid().toString();
    }
    String text =
        String.join(
            " ",
            word(),
            Long.toString(place.seconds()),
            Integer.toString(place.nanos()),
            place.uid().toString(),
            place.name());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  /** The place of a cursor; empty if it is none of this sort's. */
  Optional<Place> parseCursor(String cursor) {
    try {
      if (key == Key.UID) {
        return Optional.of(new Place(0, 0, "", InstanceUid.parse(cursor)));
      }
      String text = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
      List<String> parts = List.of(text.split(" ", 5));
      if (parts.size() != 5 || !parts.get(0).equals(word())) {
        return Optional.empty();
      }
      return Optional.of(
          new Place(
              Long.parseLong(parts.get(1)),
              Integer.parseInt(parts.get(2)),
              parts.get(4),
              InstanceUid.parse(parts.get(3))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private String word() {
    return (descending ? "-" : "") + key.word;
  }

  private static Place place(Instant time, InstanceUid uid) {
    return new Place(time.getEpochSecond(), time.getNano(), "", uid);
  }

  private static String name(AgentView agent) {
    String name = Labels.one(agent.report(), agent.labels(), SERVICE_NAME).orElse("");
    if (name.length() <= NAME_LENGTH) {
      return name;
    }
    boolean splitsPair = Character.isHighSurrogate(name.charAt(NAME_LENGTH - 1));
    return name.substring(0, splitsPair ? NAME_LENGTH - 1 : NAME_LENGTH);
  }
}

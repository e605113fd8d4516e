package io.opamp4j.server.transport.ws;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides about permessage-deflate (RFC 7692). Neither side may carry its window from one message
 * to the next, so that an idle connection needs no memory for compression. Pure.
 */
final class DeflateOffer {
  private static final String NAME = "permessage-deflate";
  private static final String LARGEST_WINDOW = "15";
  private static final Pattern WINDOW = Pattern.compile("[89]|1[0-5]");

  private DeflateOffer() {}

  /**
   * The answer to the first offer that can be met.
   *
   * @param headers every {@code Sec-WebSocket-Extensions} of the request
   * @return the header's value for the response; empty to go without compression
   */
  static Optional<String> answerTo(List<String> headers) {
    return ExtensionOffer.read(headers).stream()
        .filter(offer -> offer.name().equalsIgnoreCase(NAME))
        .filter(DeflateOffer::canBeMet)
        .findFirst()
        .map(DeflateOffer::answer);
  }

  private static boolean canBeMet(ExtensionOffer offer) {
    Set<String> names = new HashSet<>();
    for (ExtensionOffer.Parameter parameter : offer.parameters()) {
      if (!names.add(lower(parameter.name())) || !isGood(parameter)) {
        return false;
      }
    }
    return true;
  }

  /** Section 7: what is unknown, doubled or ill-valued makes the whole offer one to decline. */
  private static boolean isGood(ExtensionOffer.Parameter parameter) {
    Optional<String> value = parameter.value();
    return switch (lower(parameter.name())) {
      case "server_no_context_takeover", "client_no_context_takeover" -> value.isEmpty();
      // The JDK's deflater has one window only, the largest; its inflater reads every smaller one.
      case "server_max_window_bits" -> value.filter(LARGEST_WINDOW::equals).isPresent();
      case "client_max_window_bits" ->
          value.map(bits -> WINDOW.matcher(bits).matches()).orElse(true);
      default -> false;
    };
  }

  private static String answer(ExtensionOffer offer) {
    boolean windowWanted =
        offer.parameters().stream()
            .anyMatch(parameter -> lower(parameter.name()).equals("server_max_window_bits"));
    return NAME
        + "; server_no_context_takeover; client_no_context_takeover"
        + (windowWanted ? "; server_max_window_bits=" + LARGEST_WINDOW : "");
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}

package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to offers of permessage-deflate: RFC 7692, section 7.1. */
class DeflateOfferTest {
  private static final String ACCEPTED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        " Permessage-Deflate ",
        "permessage-deflate;client_max_window_bits",
        "permessage-deflate ; client_max_window_bits = 8",
        "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=\"10\"",
        "permessage-deflate; client_max_window_bits=\"1\\0\"",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; Server_No_Context_Takeover",
        "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
        "foo; bar=\"baz\", permessage-deflate",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; mystery, permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=7, permessage-deflate",
        ",, permessage-deflate ,",
      })
  void acceptsTheFirstOfferThatCanBeMetWithoutTakeover(String header) {
    assertThat(DeflateOffer.answerTo(List.of(header))).contains(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=\"15\"; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=9,"
            + " permessage-deflate;server_max_window_bits=15",
      })
  void repeatsTheWindowThatWasAskedFor(String header) {
    assertThat(DeflateOffer.answerTo(List.of(header)))
        .contains(ACCEPTED + "; server_max_window_bits=15");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "permessage-bzip2",
        "permessage-deflate2",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=015",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; client_max_window_bits=+9",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=\"true\"",
        "permessage-deflate; mystery",
        "permessage-deflate; mystery=1; client_max_window_bits",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; client_max_window_bits; CLIENT_max_window_bits=9",
      })
  void declinesWhatItCannotMeetOrDoesNotKnow(String header) {
    assertThat(DeflateOffer.answerTo(List.of(header))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate;",
        "permessage-deflate; =15",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=\"",
        "permessage-deflate; client_max_window_bits=\"10",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"1 0\"",
        "permessage-deflate; client_max_window_bits=\"10\\",
        "permessage-deflate; client_max_window_bits=\"10\\\"",
        "permessage-deflate client_max_window_bits",
        "permessage-deflate, foo bar",
        "permessage-deflate, (foo)",
        "permessage-deflate, é",
        "\"permessage-deflate\"",
      })
  void takesAListThatBreaksTheGrammarForNoOffer(String header) {
    assertThat(DeflateOffer.answerTo(List.of(header))).isEmpty();
  }

  @Test
  void readsSeveralHeadersAsOneList() {
    assertThat(DeflateOffer.answerTo(List.of())).isEmpty();
    assertThat(DeflateOffer.answerTo(List.of("foo", "permessage-deflate"))).contains(ACCEPTED);
    assertThat(DeflateOffer.answerTo(List.of("permessage-deflate; x", "permessage-deflate")))
        .contains(ACCEPTED);
  }

  @Test
  void answersAnyTextWithWhatItCanDoOrNothing() {
    String alphabet = "permessage-deflate;=\"\\, \tserver_max_window_bits=15;client_\u0000é";
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      StringBuilder header = new StringBuilder(random.nextBoolean() ? "permessage-deflate" : "");
      for (int length = random.nextInt(12); length > 0; length--) {
        int from = random.nextInt(alphabet.length());
        int to = Math.min(alphabet.length(), from + 1 + random.nextInt(20));
        header.append(alphabet, from, to);
      }

      assertThat(DeflateOffer.answerTo(List.of(header.toString())).orElse(ACCEPTED))
          .as("seed %d", seed)
          .isIn(ACCEPTED, ACCEPTED + "; server_max_window_bits=15");
    }
  }
}

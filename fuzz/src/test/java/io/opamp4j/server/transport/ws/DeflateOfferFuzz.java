package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Whatever is offered, the answer is one of the two that this server keeps to, or none. */
class DeflateOfferFuzz {
  @DictionaryEntries({
    "permessage-deflate",
    "server_max_window_bits=15",
    "client_max_window_bits",
    "server_no_context_takeover",
    "client_no_context_takeover"
  })
  @FuzzTest
  void answerTo(byte[] bytes) {
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    DeflateOffer.answerTo(List.of(header.split("\n", -1)))
        .ifPresent(
            answer -> {
              assertThat(answer)
                  .matches(
                      "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
                          + "(; server_max_window_bits=15)?");
              assertThat(header.toLowerCase(Locale.ROOT)).contains("permessage-deflate");
            });
  }
}

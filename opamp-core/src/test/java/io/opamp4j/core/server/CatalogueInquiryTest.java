package io.opamp4j.core.server;

import static io.opamp4j.core.server.Agents.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** COMP-04: asking for a catalogue that nobody knows. */
class CatalogueInquiryTest {

  @Test
  void asksWithGrowingPausesAndThenNoMore() {
    CatalogueInquiry inquiry = CatalogueInquiry.NEW;
    List<Long> asked = new ArrayList<>();
    for (long second = 0; second < Duration.ofDays(2).toSeconds(); second++) {
      Instant now = T0.plusSeconds(second);
      if (inquiry.asksNow(now)) {
        inquiry = inquiry.asked(now);
        asked.add(second);
      }
    }
    assertThat(asked).containsExactly(0L, 10L, 30L, 70L, 150L, 310L, 630L, 1270L, 2550L, 5110L);
  }

  @Test
  void asksTheFirstAgentAtOnceWhateverTheTime() {
    assertThat(CatalogueInquiry.NEW.asksNow(Instant.MIN)).isTrue();
    assertThat(CatalogueInquiry.NEW.asked(T0).asksNow(T0)).isFalse();
  }
}

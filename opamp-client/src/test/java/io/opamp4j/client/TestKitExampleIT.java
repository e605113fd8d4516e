package io.opamp4j.client;

import static io.opamp4j.testkit.server.OpampAssertions.assertThat;

import io.opamp4j.core.report.Section;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampServerExtension;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example of the README. */
class TestKitExampleIT {
  @RegisterExtension final OpampServerExtension opamp = OpampServerExtension.plain();

  private final ManualTime time = new ManualTime();

  @Test
  void aBadConfigurationIsRefusedAndTheAgentGoesOn() {
    try (OpampClient agent = agent(opamp.server().webSocket())) {
      agent.start();
      assertThat(opamp.server().awaitMessage()).has(Section.AGENT_DESCRIPTION);

      opamp.server().push(Offers.config("receivers: nonsense"));
      assertThat(opamp.server().awaitMessage())
          .hasConfigStatus(RemoteConfigStatuses.RemoteConfigStatuses_FAILED);

      time.advance(Duration.ofSeconds(10));
      assertThat(opamp.server().awaitMessage()).isHeartbeat();

      opamp.server().cut();
      assertThat(opamp.server().awaitMessage()).hasNot(Section.REMOTE_CONFIG_STATUS);
    }
  }

  private OpampClient agent(URI endpoint) {
    return OpampClient.builder(endpoint)
        .description(Messages.description())
        .remoteConfig(offer -> RemoteConfigResult.rejected("unknown receiver"))
        .heartbeatInterval(Duration.ofSeconds(10))
        .time(time)
        .build();
  }
}

package io.opamp4j.testkit.server;

import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.RemoteConfigStatuses;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;

/** Assertions on what an agent sent. */
public final class OpampAssertions {
  private OpampAssertions() {}

  /** On one message. */
  public static MessageAssert assertThat(AgentToServer message) {
    return new MessageAssert(message);
  }

  /** That the numbers of these messages grow by one (SEQ-01). */
  public static void assertNumbersGrowByOne(List<AgentToServer> messages) {
    for (int i = 1; i < messages.size(); i++) {
      assertThat(messages.get(i)).follows(messages.get(i - 1));
    }
  }

  /** On one message of an agent. */
  public static final class MessageAssert extends AbstractAssert<MessageAssert, AgentToServer> {
    private MessageAssert(AgentToServer message) {
      super(message, MessageAssert.class);
    }

    /** It carries these sections. */
    public MessageAssert has(Section... sections) {
      isNotNull();
      for (Section section : sections) {
        if (!section.isIn(actual)) {
          failWithMessage("expected %s in message %s", section, Journal.describe(actual));
        }
      }
      return this;
    }

    /** It carries none of these sections. */
    public MessageAssert hasNot(Section... sections) {
      isNotNull();
      for (Section section : sections) {
        if (section.isIn(actual)) {
          failWithMessage("expected no %s in message %s", section, Journal.describe(actual));
        }
      }
      return this;
    }

    /** It is a heartbeat: no section, no goodbye, nothing but the mandatory fields (HB-06). */
    public MessageAssert isHeartbeat() {
      isNotNull();
      AgentToServer bare =
          AgentToServer.newBuilder()
              .setInstanceUid(actual.getInstanceUid())
              .setSequenceNum(actual.getSequenceNum())
              .setCapabilities(actual.getCapabilities())
              .build();
      if (!actual.equals(bare)) {
        failWithMessage("expected a heartbeat, not message %s", Journal.describe(actual));
      }
      return this;
    }

    /** It is the last one of a connection (CLOSE-01). */
    public MessageAssert saysGoodbye() {
      isNotNull();
      if (!actual.hasAgentDisconnect()) {
        failWithMessage("expected agent_disconnect in message %s", Journal.describe(actual));
      }
      return this;
    }

    /** Its number is that of the other and one. */
    public MessageAssert follows(AgentToServer before) {
      isNotNull();
      if (actual.getSequenceNum() != before.getSequenceNum() + 1) {
        failWithMessage(
            "expected message %s to follow message %s",
            Journal.describe(actual), Journal.describe(before));
      }
      return this;
    }

    /** It tells this outcome of a configuration. */
    public MessageAssert hasConfigStatus(RemoteConfigStatuses status) {
      has(Section.REMOTE_CONFIG_STATUS);
      if (actual.getRemoteConfigStatus().getStatus() != status) {
        failWithMessage("expected %s in message %s", status, Journal.describe(actual));
      }
      return this;
    }

    /** It tells this outcome of the connection settings with this hash. */
    public MessageAssert hasSettingsStatus(ConnectionSettingsStatuses status, String hash) {
      has(Section.CONNECTION_SETTINGS_STATUS);
      String told =
          actual.getConnectionSettingsStatus().getLastConnectionSettingsHash().toStringUtf8();
      if (actual.getConnectionSettingsStatus().getStatus() != status
          || !Objects.equals(told, hash)) {
        failWithMessage("expected %s of %s in message %s", status, hash, Journal.describe(actual));
      }
      return this;
    }
  }
}

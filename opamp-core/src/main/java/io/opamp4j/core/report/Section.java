package io.opamp4j.core.report;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentToServer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The eight parts of a report that may be left out while they are unchanged (COMPRESS-01). A part
 * that is present replaces the earlier one whole (COMPRESS-04).
 */
public enum Section {
  /** Who the agent is. Promised by every agent. */
  AGENT_DESCRIPTION(AgentToServer.AGENT_DESCRIPTION_FIELD_NUMBER, 0, true),
  /** The health tree. */
  HEALTH(
      AgentToServer.HEALTH_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsHealth_VALUE,
      true),
  /** The configuration in use. */
  EFFECTIVE_CONFIG(
      AgentToServer.EFFECTIVE_CONFIG_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsEffectiveConfig_VALUE,
      true),
  /** What became of the last remote configuration; there is none before the first offer. */
  REMOTE_CONFIG_STATUS(
      AgentToServer.REMOTE_CONFIG_STATUS_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsRemoteConfig_VALUE,
      false),
  /** Packages held or in progress; there may be none before the first offer. */
  PACKAGE_STATUSES(
      AgentToServer.PACKAGE_STATUSES_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsPackageStatuses_VALUE,
      false),
  /** Custom capabilities; no capability bit promises them. */
  CUSTOM_CAPABILITIES(AgentToServer.CUSTOM_CAPABILITIES_FIELD_NUMBER, 0, false),
  /** The component catalogue, or its hash. */
  AVAILABLE_COMPONENTS(
      AgentToServer.AVAILABLE_COMPONENTS_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsAvailableComponents_VALUE,
      true),
  /** What became of the last connection-settings offer; there is none before the first offer. */
  CONNECTION_SETTINGS_STATUS(
      AgentToServer.CONNECTION_SETTINGS_STATUS_FIELD_NUMBER,
      AgentCapabilities.AgentCapabilities_ReportsConnectionSettingsStatus_VALUE,
      false);

  /** Declared once: {@code values()} copies its array on each call, and this is a hot path. */
  static final Set<Section> ALL = Collections.unmodifiableSet(EnumSet.allOf(Section.class));

  private final FieldDescriptor field;
  private final long capability;
  private final boolean fromTheStart;

  Section(int fieldNumber, long capability, boolean fromTheStart) {
    this.field = AgentToServer.getDescriptor().findFieldByNumber(fieldNumber);
    this.capability = capability;
    this.fromTheStart = fromTheStart;
  }

  /** The sections a message carries. */
  public static Set<Section> presentIn(AgentToServer message) {
    EnumSet<Section> present = EnumSet.noneOf(Section.class);
    for (Section section : ALL) {
      if (section.isIn(message)) {
        present.add(section);
      }
    }
    return present;
  }

  /** The sections an agent with these capabilities reports. */
  public static Set<Section> promisedBy(long capabilities) {
    EnumSet<Section> promised = EnumSet.of(AGENT_DESCRIPTION);
    for (Section section : ALL) {
      if ((capabilities & section.capability) != 0) {
        promised.add(section);
      }
    }
    return promised;
  }

  /** Whether the message carries this section. */
  public boolean isIn(AgentToServer message) {
    return message.hasField(field);
  }

  /**
   * Whether an agent that promises this section has one from its first report on. The others come
   * into being only with the first offer they answer.
   */
  boolean isThereFromTheStart() {
    return fromTheStart;
  }

  /** The section as the message carries it; its empty default if it does not. */
  public Message get(AgentToServer message) {
    return (Message) message.getField(field);
  }

  /** Takes the section out of a message in the making. */
  public void clear(AgentToServer.Builder message) {
    message.clearField(field);
  }

  void set(AgentToServer.Builder message, Message value) {
    message.setField(field, value);
  }
}

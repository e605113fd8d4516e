package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static io.opamp4j.server.agents.Hub.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.ReportSections;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class SharedSectionsTest {
  private static final int SIZE = 20_000;

  private final BrittleAgentStore store = new BrittleAgentStore();
  private final SharedSections sections = new SharedSections();

  @Test
  void twoAgentsWithTheSameConfigurationHaveOneBetweenThem() {
    Hub hub = new Hub(store, ServerConfig.Agents.DEFAULT);
    hub.deliver(FakeConnection.socket("s1"), first(UID, 4).setEffectiveConfig(config(1, SIZE)));
    hub.deliver(FakeConnection.socket("s2"), first(OTHER, 4).setEffectiveConfig(config(1, SIZE)));

    assertThat(kept(hub, UID)).isEqualTo(config(1, SIZE)).isSameAs(kept(hub, OTHER));
  }

  @Test
  void anAgentThatChangesTakesUpWhatOthersHave() {
    Hub hub = new Hub(store, ServerConfig.Agents.DEFAULT);
    FakeConnection socket = FakeConnection.socket("s1");
    hub.deliver(socket, first(UID, 4).setEffectiveConfig(config(1, SIZE)));
    hub.deliver(FakeConnection.socket("s2"), first(OTHER, 4).setEffectiveConfig(config(2, SIZE)));
    hub.deliver(socket, bare(UID, 1).setEffectiveConfig(config(2, SIZE)));

    assertThat(kept(hub, UID)).isEqualTo(config(2, SIZE)).isSameAs(kept(hub, OTHER));
  }

  @Test
  void whatIsReadFromStorageIsSharedToo() {
    Hub before = new Hub(store, ServerConfig.Agents.DEFAULT);
    before.deliver(FakeConnection.socket("s1"), first(UID, 4).setEffectiveConfig(config(1, SIZE)));
    before.writer.flush();
    Hub after = new Hub(store, ServerConfig.Agents.DEFAULT);
    after.deliver(FakeConnection.socket("s2"), first(OTHER, 4).setEffectiveConfig(config(1, SIZE)));

    assertThat(kept(after, UID)).isEqualTo(config(1, SIZE)).isSameAs(kept(after, OTHER));
  }

  @Test
  void smallSectionsAreLeftAsTheyCame() {
    AgentToServer report = report(1, ReportSections.AT_LEAST / 2);
    sections.share(report);
    AgentToServer equal = report(1, ReportSections.AT_LEAST / 2);

    assertThat(sections.share(equal)).isSameAs(equal);
  }

  @Test
  void whatNobodyHasAnyMoreIsLetGo() {
    AgentToServer kept = sections.share(report(1, SIZE));
    WeakReference<Object> dropped =
        new WeakReference<>(sections.share(report(2, SIZE)).getEffectiveConfig());
    WeakReference<Object> held = new WeakReference<>(kept.getEffectiveConfig());
    System.gc();

    assertThat(dropped.get()).isNull();
    assertThat(held.get()).isNotNull();
    assertThat(sections.share(report(1, SIZE)).getEffectiveConfig())
        .isSameAs(kept.getEffectiveConfig());
  }

  private static EffectiveConfig kept(Hub hub, InstanceUid uid) {
    return hub.view(uid).report().getEffectiveConfig();
  }

  private static AgentToServer report(int number, int size) {
    return AgentToServer.newBuilder().setEffectiveConfig(config(number, size)).build();
  }

  private static EffectiveConfig config(int number, int size) {
    byte[] body = new byte[size];
    body[0] = (byte) number;
    return EffectiveConfig.newBuilder()
        .setConfigMap(
            AgentConfigMap.newBuilder()
                .putConfigMap(
                    "main",
                    AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(body)).build()))
        .build();
  }
}

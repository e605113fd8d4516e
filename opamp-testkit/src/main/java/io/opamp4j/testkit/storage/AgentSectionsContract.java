package io.opamp4j.testkit.storage;

import static io.opamp4j.testkit.storage.SectionedRecords.config;
import static io.opamp4j.testkit.storage.SectionedRecords.owned;
import static io.opamp4j.testkit.storage.SectionedRecords.record;
import static io.opamp4j.testkit.storage.SectionedRecords.uid;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Large sections that agents have in common may be kept once by every {@link
 * io.opamp4j.storage.AgentStore}, but nobody may notice.
 */
public abstract class AgentSectionsContract extends StoreContract {
  private static final long SEED = 20261122;

  @Test
  void everySectionComesBackAsItWasSaved() {
    String text = "text ".repeat(2_000);
    AgentRecord record =
        record(
            1,
            AgentToServer.newBuilder()
                .setEffectiveConfig(config(1))
                .setRemoteConfigStatus(RemoteConfigStatus.newBuilder().setErrorMessage(text))
                .setPackageStatuses(
                    PackageStatuses.newBuilder()
                        .putPackages("p", PackageStatus.newBuilder().setErrorMessage(text).build()))
                .setAvailableComponents(
                    AvailableComponents.newBuilder()
                        .putComponents(text, ComponentDetails.getDefaultInstance()))
                .build());
    stores.agents().save(List.of(record));

    assertThat(stores.agents().find(uid(1))).contains(record);
    reopenDurable();
    assertThat(stores.agents().list(AgentQuery.first(10)).items()).containsExactly(record);
  }

  @Test
  void whatOneAgentDropsTheOthersKeep() {
    for (int i = 0; i < 4; i++) {
      stores.agents().save(List.of(record(i, 1)));
    }
    stores.agents().save(List.of(record(0, 2)));
    stores.agents().remove(uid(1));
    stores.agents().save(List.of(record(2, AgentToServer.getDefaultInstance())));

    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .containsExactly(record(0, 2), record(2, AgentToServer.getDefaultInstance()), record(3, 1));
    stores.agents().remove(uid(3));
    stores.agents().save(List.of(record(4, 1)));
    assertThat(stores.agents().find(uid(4))).contains(record(4, 1));
  }

  @Test
  void aBatchMayHandASectionOn() {
    stores.agents().save(List.of(record(1, 1), record(2, 2)));
    stores.agents().save(List.of(record(1, 2), record(2, 1)));
    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .containsExactly(record(1, 2), record(2, 1));

    stores.agents().save(List.of(record(1, 3), record(1, 4), record(2, 4)));
    stores.agents().save(List.of(record(2, 5)));
    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .containsExactly(record(1, 4), record(2, 5));
  }

  @Test
  void aRefusedRecordTakesItsSectionsNowhere() {
    AgentRecord mine = owned(record(1, 1), 2);
    stores.agents().save(List.of(mine));
    stores.agents().save(List.of(owned(record(1, 2), 1)));

    assertThat(stores.agents().find(uid(1))).contains(mine);
    stores.agents().save(List.of(record(2, 2), record(3, 1)));
    assertThat(stores.agents().remove(uid(3))).isTrue();
    assertThat(stores.agents().list(AgentQuery.first(10)).items())
        .containsExactly(mine, record(2, 2));
  }

  @Test
  void readersFindEveryReportWholeWhileItsSectionsAreTakenUpAndDropped() throws Exception {
    int agents = 12;
    int writers = 3;
    List<AgentRecord> first = new ArrayList<>();
    for (int i = 0; i < agents; i++) {
      first.add(record(i, 16));
    }
    stores.agents().save(first);
    AtomicInteger writing = new AtomicInteger(writers);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int mine = writer;
      tasks.add(
          () -> {
            try {
              Random random = new Random(SEED + mine);
              for (int round = 0; round < 250; round++) {
                // Each writer has agents of its own, but they take up and drop the same sections.
                int agent = mine + writers * random.nextInt(agents / writers);
                stores.agents().save(List.of(record(agent, 1 + random.nextInt(16))));
              }
            } finally {
              writing.decrementAndGet();
            }
            return null;
          });
    }
    tasks.add(
        () -> {
          while (writing.get() > 0) {
            List<AgentRecord> found = stores.agents().list(AgentQuery.first(100)).items();
            assertThat(found).as("agents, of which none is damaged").hasSize(agents);
            found.forEach(AgentSectionsContract::assertWhole);
          }
          return null;
        });
    tasks.add(
        () -> {
          Random random = new Random(SEED);
          while (writing.get() > 0) {
            Optional<AgentRecord> found = stores.agents().find(uid(random.nextInt(agents)));
            assertWhole(found.orElseThrow());
          }
          return null;
        });
    if (stores.storage().shared()) {
      tasks.add(
          () -> {
            while (writing.get() > 0) {
              assertThat(stores.agents().changes(0, 100).saved())
                  .hasSize(agents)
                  .allSatisfy(AgentSectionsContract::assertWhole);
            }
            return null;
          });
    }
    together(tasks.size(), tasks::get);

    assertThat(stores.agents().list(AgentQuery.first(100)).items())
        .hasSize(agents)
        .allSatisfy(AgentSectionsContract::assertWhole);
  }

  /** The sequence number says which configuration belongs to it. */
  private static void assertWhole(AgentRecord record) {
    assertThat(record.report().getEffectiveConfig())
        .isEqualTo(config((int) record.report().getSequenceNum()));
  }
}

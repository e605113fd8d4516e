package io.opamp4j.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.FleetEditor.Going;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Versions, drafts, and which of them agents get. */
final class ConfigurationVersionsTest {
  private final DocumentStore real = FleetFixture.documents();
  private int callsLeft = Integer.MAX_VALUE;
  private final DocumentStore documents = failingAfterSomeCalls();
  private final FleetFixture.Direct executor = new FleetFixture.Direct();
  private final FleetWatcher watcher =
      new FleetWatcher(FleetFixture.reader(real), new FleetFixture.Feed(), executor);
  private final FleetEditor editor =
      new FleetEditor(
          FleetFixture.store(documents),
          new ConfigurationHistory(documents),
          new RunningVersions(documents),
          new RolloutStore(documents),
          new ConfigurationChecks(Set.of()),
          watcher);

  @Test
  void everyVersionCanBeReadAsItWas() {
    editor.create(draft("one"), Going.LIVE);
    editor.replace("web", draft("two"), Going.LIVE, 1);
    Configuration latest = editor.replace("web", draft("three"), Going.LIVE, 2);

    assertThat(editor.versions(latest, Optional.empty(), 10))
        .extracting(c -> c.version() + " " + c.spec().description())
        .containsExactly("3 three", "2 two", "1 one");
    assertThat(editor.versions(latest, Optional.of(3L), 1))
        .extracting(Configuration::version)
        .containsExactly(2L);
    assertThat(editor.find(latest, 1).orElseThrow().spec().description()).isEqualTo("one");
    assertThat(editor.find(latest, 4)).isEmpty();
    assertThat(editor.find(latest, 0)).isEmpty();
  }

  @Test
  void aDraftWaitsUntilItIsChosen() {
    editor.create(draft("one"), Going.LIVE);
    Configuration second = editor.replace("web", draft("two"), Going.DRAFT, 1);
    Configuration third = editor.replace("web", draft("three"), Going.DRAFT, 2);

    assertThat(runs()).isEqualTo("web v1");
    assertThat(editor.running(third).version()).isEqualTo(1);

    editor.run(second, editor.running(third).revision());
    assertThat(runs()).isEqualTo("web v2");
    editor.run(editor.find(third, 1).orElseThrow(), editor.running(third).revision());
    assertThat(runs()).isEqualTo("web v1");
  }

  @Test
  void aFirstVersionMayBeADraftToo() {
    Configuration first = editor.create(draft("one"), Going.DRAFT);
    Configuration second = editor.replace("web", draft("two"), Going.DRAFT, 1);

    assertThat(runs()).isEmpty();
    assertThat(editor.running(second).any()).isFalse();
    editor.run(first, editor.running(second).revision());
    assertThat(runs()).isEqualTo("web v1");
  }

  @Test
  void aVersionThatGoesLiveOverrulesTheChoiceOfAnOlderOne() {
    editor.create(draft("one"), Going.LIVE);
    editor.replace("web", draft("two"), Going.DRAFT, 1);
    editor.replace("web", draft("three"), Going.LIVE, 2);

    assertThat(runs()).isEqualTo("web v3");
  }

  @Test
  void ofTwoWhoChooseAtTheSameTimeOneIsToldSo() {
    Configuration first = editor.create(draft("one"), Going.LIVE);
    Configuration second = editor.replace("web", draft("two"), Going.DRAFT, 1);
    long revision = editor.running(second).revision();
    editor.run(second, revision);

    assertThatExceptionOfType(VersionConflictException.class)
        .isThrownBy(() -> editor.run(first, revision));
    assertThat(runs()).isEqualTo("web v2");
  }

  @Test
  void aNamesakeOfSomethingRemovedHasNoneOfItsPast() {
    editor.create(draft("one"), Going.LIVE);
    editor.replace("web", draft("two"), Going.DRAFT, 1);
    editor.remove("web");

    Configuration again = editor.create(draft("new"), Going.LIVE);
    Configuration next = editor.replace("web", draft("newer"), Going.LIVE, 1);

    assertThat(runs()).isEqualTo("web v2");
    assertThat(editor.find(next, 1)).contains(again);
    assertThat(real.list(ConfigurationHistory.KIND, Optional.empty(), 10).items()).hasSize(1);
  }

  @Test
  void theOldestVersionsAreLetGoButNotTheOneThatRuns() {
    editor.create(draft("first"), Going.LIVE);
    Configuration latest = editor.replace("web", draft("2"), Going.DRAFT, 1);
    for (long version = 2; version < ConfigurationHistory.KEPT + 5; version++) {
      latest = editor.replace("web", draft("v"), Going.DRAFT, version);
    }

    assertThat(runs()).isEqualTo("web v1");
    assertThat(editor.find(latest, 1)).isPresent();
    assertThat(editor.find(latest, 2)).isEmpty();
    assertThat(editor.versions(latest, Optional.empty(), 2_000)).hasSize(ConfigurationHistory.KEPT);
  }

  @Test
  void aVersionThatIsToRunButIsGoneIsLeftOut() {
    editor.create(draft("one"), Going.LIVE);
    editor.replace("web", draft("two"), Going.DRAFT, 1);
    real.list(ConfigurationHistory.KIND, Optional.empty(), 10)
        .items()
        .forEach(d -> real.remove(ConfigurationHistory.KIND, d.id(), d.version()));

    watcher.refresh();

    assertThat(runs()).isEmpty();
  }

  /** What the store does is cut off after every number of calls, as a crash would. */
  @Test
  void aDraftNeverRunsAndWhatRunsGoesOnWhereverAWriteIsCutOff() {
    for (int calls = 0; calls < 12; calls++) {
      for (boolean before : new boolean[] {false, true}) {
        editor.remove("web");
        editor.create(draft("one"), Going.LIVE);
        long latest = 1;
        if (before) {
          latest = editor.replace("web", draft("two"), Going.DRAFT, 1).version();
        }
        callsLeft = calls;
        boolean cut = false;
        try {
          editor.replace("web", draft("draft"), Going.DRAFT, latest);
        } catch (StorageException e) {
          cut = true;
        }
        callsLeft = Integer.MAX_VALUE;
        watcher.refresh();

        assertThat(runs()).as("cut after %d calls: %s", calls, cut).isEqualTo("web v1");
        Configuration found = editor.find("web").orElseThrow();
        assertThat(editor.versions(found, Optional.empty(), 10))
            .as("after %d calls", calls)
            .extracting(Configuration::version)
            .isEqualTo(
                found.version() == 3
                    ? List.of(3L, 2L, 1L)
                    : found.version() == 2 ? List.of(2L, 1L) : List.of(1L));
      }
    }
  }

  /** Against a list of texts and one number. */
  @Test
  void doesWhatASimpleModelDoes() {
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      TreeMap<Long, String> versions = new TreeMap<>();
      long runs = 0;
      editor.remove("web");
      for (int step = 0; step < 30; step++) {
        String text = seed + "-" + step;
        boolean live = random.nextBoolean();
        Optional<Configuration> latest = editor.find("web");
        if (latest.isEmpty()) {
          editor.create(draft(text), live ? Going.LIVE : Going.DRAFT);
          versions.put(1L, text);
          runs = live ? 1 : 0;
        } else if (random.nextInt(3) == 0) {
          long chosen = 1 + random.nextInt(versions.size());
          editor.run(
              editor.find(latest.get(), chosen).orElseThrow(),
              editor.running(latest.get()).revision());
          runs = chosen;
        } else if (random.nextInt(10) == 0) {
          editor.remove("web");
          versions.clear();
          runs = 0;
        } else {
          long version = latest.get().version();
          editor.replace("web", draft(text), live ? Going.LIVE : Going.DRAFT, version);
          versions.put(version + 1, text);
          runs = live ? version + 1 : runs;
        }
        assertThat(runs())
            .as("seed %d step %d", seed, step)
            .isEqualTo(runs == 0 ? "" : "web v" + runs);
        editor
            .find("web")
            .ifPresent(
                now ->
                    assertThat(editor.versions(now, Optional.empty(), 100))
                        .extracting(c -> c.spec().description())
                        .isEqualTo(List.copyOf(versions.descendingMap().values())));
      }
    }
  }

  private String runs() {
    return watcher
        .current()
        .resolve(
            AgentToServer.getDefaultInstance(), AgentNote.ofLabels(Map.of()), Components.UNKNOWN)
        .configName();
  }

  private static ConfigurationDraft draft(String description) {
    return new ConfigurationDraft(
        "web",
        "",
        0,
        description,
        Map.of("c.yaml", new ConfigurationDraft.File("", description, null)));
  }

  private DocumentStore failingAfterSomeCalls() {
    return (DocumentStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DocumentStore.class},
            (proxy, method, arguments) -> {
              if (callsLeft-- <= 0) {
                throw new StorageException("cut off", true, null);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}

package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.VersionConflictException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationStoreTest {
  private final DocumentStore documents = FleetFixture.documents();
  private final ConfigurationStore store = FleetFixture.store(documents);

  @Test
  void readsBackWhatWasWritten() {
    AgentConfigMap files =
        AgentConfigMap.newBuilder()
            .putConfigMap(
                "", AgentConfigFile.newBuilder().setBody(ByteString.fromHex("00ff80")).build())
            .putConfigMap("a \"b\"", AgentConfigFile.newBuilder().setContentType("x/y").build())
            .build();
    ConfigurationSpec spec =
        new ConfigurationSpec(Selector.parse("a=\"x y\",!b"), Integer.MIN_VALUE, "für alle", files);

    Configuration created = store.create("web", spec, false);

    assertThat(created.version()).isEqualTo(1);
    assertThat(created.created()).isEqualTo(FleetFixture.NOW);
    assertThat(created.hash()).isEqualTo(ContentHash.of(files));
    assertThat(created.spec()).isEqualTo(spec);
    assertThat(store.find("web")).contains(created);
    assertThat(store.find("other")).isEmpty();
  }

  @Test
  void replacingKeepsTheTimeOfCreationAndCountsVersions() {
    store.create("web", spec("", 0, "one"), false);
    ConfigurationStore later = FleetFixture.store(documents, FleetFixture.NOW.plusSeconds(60));

    Configuration replaced = later.replace("web", spec("", 0, "two"), false, 1);

    assertThat(replaced.version()).isEqualTo(2);
    assertThat(replaced.created()).isEqualTo(FleetFixture.NOW);
    assertThat(store.find("web")).contains(replaced);
  }

  @Test
  void refusesToOverwriteWhatItsWriterHasNotSeen() {
    store.create("web", spec("", 0, "one"), false);
    store.replace("web", spec("", 0, "two"), false, 1);

    assertThatExceptionOfType(VersionConflictException.class)
        .isThrownBy(() -> store.create("web", spec("", 0, "x"), false))
        .satisfies(e -> assertThat(e.currentVersion()).isEqualTo(2));
    assertThatExceptionOfType(VersionConflictException.class)
        .isThrownBy(() -> store.replace("web", spec("", 0, "x"), false, 1))
        .satisfies(e -> assertThat(e.currentVersion()).isEqualTo(2));
    assertThatExceptionOfType(VersionConflictException.class)
        .isThrownBy(() -> store.replace("none", spec("", 0, "x"), false, 1))
        .satisfies(e -> assertThat(e.currentVersion()).isEqualTo(DocumentStore.ABSENT));
    assertThatExceptionOfType(VersionConflictException.class)
        .isThrownBy(() -> store.remove("web", 1));
    assertThat(store.version("web")).contains(2L);
    store.remove("web", 2);
    assertThat(store.find("web")).isEmpty();
  }

  @Test
  void pagesInOrderOfName() {
    for (String name : List.of("c", "a", "b")) {
      store.create(name, spec("", 0, name), false);
    }

    ConfigurationList first = store.list(Optional.empty(), 2);
    ConfigurationList second = store.list(first.next(), 2);

    assertThat(first.items()).extracting(Configuration::name).containsExactly("a", "b");
    assertThat(second.items()).extracting(Configuration::name).containsExactly("c");
    assertThat(second.next()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        "{\"schema\":1}",
        "{\"schema\":\"1\"}",
        "{\"schema\":2,\"selector\":\"\",\"priority\":0,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{}}",
        "{\"schema\":1,\"selector\":\"a"
            + " b\",\"priority\":0,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{}}",
        "{\"schema\":1,\"selector\":\"\",\"priority\":1.5,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{}}",
        "{\"schema\":1,\"selector\":\"\",\"priority\":0,\"description\":\"\",\"created\":\"yesterday\",\"files\":{}}",
        "{\"schema\":1,\"selector\":\"\",\"priority\":0,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{\"a\":{\"contentType\":\"\",\"body\":\"*\"}}}",
        "{\"schema\":1,\"selector\":\"\",\"priority\":0,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{\"a\":7}}",
        "{\"schema\":1,\"selector\":\"\",\"priority\":0,\"description\":\"\",\"created\":\"2026-11-22T10:00:00Z\",\"files\":{}}"
            + " x",
      })
  void documentsThatCannotBeReadAreNamedAndSkipped(String body) {
    store.create("a", spec("", 0, "a"), false);
    documents.put(ConfigurationStore.KIND, "bad", ByteString.copyFromUtf8(body), 0);
    store.create("c", spec("", 0, "c"), false);

    ConfigurationList list = store.list(Optional.empty(), 10);

    assertThat(list.items()).extracting(Configuration::name).containsExactly("a", "c");
    assertThat(list.unreadable())
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.id()).isEqualTo("bad");
              assertThat(e.problem()).isNotBlank();
            });
    assertThatExceptionOfType(UnreadableConfigurationException.class)
        .isThrownBy(() -> store.find("bad"))
        .withMessageContaining("bad");
    assertThat(store.replace("bad", spec("", 0, "good"), false, 1).version()).isEqualTo(2);
    assertThat(store.find("bad")).isPresent();
  }

  @Test
  void aDocumentUnderAnImpossibleNameIsUnreadable() {
    documents.put(
        ConfigurationStore.KIND,
        "Not A Name",
        ConfigurationDocuments.encode(spec("", 0, "x"), FleetFixture.NOW, false),
        0);

    assertThat(store.list(Optional.empty(), 10).unreadable())
        .extracting(UnreadableConfigurationException::id)
        .containsExactly("Not A Name");
  }

  /** The stored form, pinned: databases hold it. */
  @Test
  void theStoredFormDoesNotChange() {
    ByteString encoded =
        ConfigurationDocuments.encode(spec("env=prod", 7, "receivers:\n"), FleetFixture.NOW, false);

    assertThat(encoded.toStringUtf8())
        .isEqualTo(
            "{\"schema\":1,\"selector\":\"env=prod\",\"priority\":7,\"description\":\"\","
                + "\"created\":\"2026-11-22T10:00:00Z\",\"files\":{\"collector.yaml\":"
                + "{\"contentType\":\"text/yaml\",\"body\":\"cmVjZWl2ZXJzOgo=\"}}}");
  }

  @ParameterizedTest
  @CsvSource({
    "a,true",
    "0,true",
    "web-1.eu_west,true",
    "'',false",
    "-a,false",
    "a-,false",
    ".,false",
    "Web,false",
    "a b,false",
    "a/b,false",
    "ä,false"
  })
  void namesAreLikeDnsLabels(String name, boolean valid) {
    assertThat(Configuration.isName(name)).isEqualTo(valid);
    assertThat(Configuration.isName("a".repeat(63))).isTrue();
    assertThat(Configuration.isName("a".repeat(64))).isFalse();
  }
}

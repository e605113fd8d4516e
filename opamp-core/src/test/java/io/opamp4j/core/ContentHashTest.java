package io.opamp4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import org.junit.jupiter.api.Test;

class ContentHashTest {
  @Test
  void pkg03MatchesTheKnownVectorsOfSha256() {
    assertThat(ContentHash.of(ByteString.EMPTY))
        .hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(ContentHash.of(ByteString.copyFromUtf8("abc")))
        .hasToString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void aHashDoesNotDependOnHowTheBytesAreStored() {
    ByteString left = ByteString.copyFromUtf8("x".repeat(500));
    ByteString right = ByteString.copyFromUtf8("y".repeat(500));
    ByteString flat = ByteString.copyFromUtf8("x".repeat(500) + "y".repeat(500));

    assertThat(ContentHash.of(left.concat(right))).isEqualTo(ContentHash.of(flat));
  }

  @Test
  void cfg10TheOrderOfFilesDoesNotMatter() {
    AgentConfigMap one = files("a", "1", "b", "2");
    AgentConfigMap other = files("b", "2", "a", "1");

    assertThat(ContentHash.of(one)).isEqualTo(ContentHash.of(other));
  }

  @Test
  void cfg10TheHashOfFilesIsWhatTheDocumentedBytesGive() {
    // 01 'a' (name), 00 (no content type), 01 '1' (body)
    ByteString documented = ByteString.copyFrom(new byte[] {1, 'a', 0, 1, '1'});

    assertThat(ContentHash.of(files("a", "1"))).isEqualTo(ContentHash.of(documented));
  }

  @Test
  void partsOfDifferentSetsDoNotRunTogether() {
    assertThat(
            new ContentHash[] {
              ContentHash.of(files("ab", "c")),
              ContentHash.of(files("a", "bc")),
              ContentHash.of(files("a", "b", "c", "")),
              ContentHash.of(files("abc", "")),
              ContentHash.of(files("", "abc")),
              ContentHash.of(files()),
              ContentHash.of(typed("a", "b", "c")),
              ContentHash.of(typed("a", "bc", "")),
              ContentHash.of(typed("a", "", "bcd"))
            })
        .doesNotHaveDuplicates();
  }

  @Test
  void textFormIsReadBack() {
    ContentHash hash = ContentHash.of(ByteString.copyFromUtf8("x"));

    assertThat(ContentHash.parse(hash.toString())).isEqualTo(hash);
  }

  @Test
  void anythingButThirtyTwoBytesIsRefused() {
    assertThatThrownBy(() -> ContentHash.parse("ab"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32");
    assertThatThrownBy(() -> ContentHash.parse("xy".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ContentHash(ByteString.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AgentConfigMap files(String... namesAndBodies) {
    AgentConfigMap.Builder files = AgentConfigMap.newBuilder();
    for (int i = 0; i < namesAndBodies.length; i += 2) {
      files.putConfigMap(
          namesAndBodies[i],
          AgentConfigFile.newBuilder()
              .setBody(ByteString.copyFromUtf8(namesAndBodies[i + 1]))
              .build());
    }
    return files.build();
  }

  private static AgentConfigMap typed(String name, String type, String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            name,
            AgentConfigFile.newBuilder()
                .setContentType(type)
                .setBody(ByteString.copyFromUtf8(body))
                .build())
        .build();
  }
}

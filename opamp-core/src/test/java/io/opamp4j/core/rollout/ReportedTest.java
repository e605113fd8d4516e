package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportedTest {

  @ParameterizedTest(name = "{0} for ''{1}'', wanted ''{2}'': {3}")
  @CsvSource({
    "APPLIED, v2, v2, APPLIED",
    "FAILED, v2, v2, FAILED",
    "APPLYING, v2, v2, OTHER",
    "UNSET, v2, v2, OTHER",
    "APPLIED, v1, v2, OTHER",
    "FAILED, v1, v2, OTHER",
    "FAILED, '', v2, OTHER",
    "FAILED, '', '', OTHER",
  })
  void aResultCountsForTheHashItNamesOnly(
      String status, String hash, String target, Reported expected) {
    RemoteConfigStatus reported =
        RemoteConfigStatus.newBuilder()
            .setLastRemoteConfigHash(ByteString.copyFromUtf8(hash))
            .setStatus(RemoteConfigStatuses.valueOf("RemoteConfigStatuses_" + status))
            .build();
    assertThat(Reported.of(reported, ByteString.copyFromUtf8(target))).isEqualTo(expected);
  }
}

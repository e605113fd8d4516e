package io.opamp4j.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** E-09, with UID-07 and UID-09: ids that are text on the wire and bytes inside. */
class TextUidsTest {
  private static final String TEXT = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  private static final InstanceUid MEANT =
      InstanceUid.parse("01563e3a-b5d3-d676-4c61-efb99302bd5b");

  private final TextUids uids = new TextUids();

  @Test
  void uid07AnAgentIsAddressedByTheTextItWrote() {
    assertThat(uids.received(from(text(TEXT))).getInstanceUid()).isEqualTo(MEANT.toBytes());
    assertThat(uids.toSend(to(MEANT)).getInstanceUid()).isEqualTo(text(TEXT));

    String lower = TEXT.toLowerCase(Locale.ROOT);
    assertThat(uids.received(from(text(lower))).getInstanceUid()).isEqualTo(MEANT.toBytes());
    assertThat(uids.toSend(to(MEANT)).getInstanceUid()).isEqualTo(text(lower));
  }

  @Test
  void uid09ANewIdHasSixteenBytes() {
    uids.received(from(text(TEXT)));
    InstanceUid fresh = new InstanceUid(1, 2);

    ServerToAgent sent =
        uids.toSend(
            to(MEANT).toBuilder()
                .setAgentIdentification(
                    AgentIdentification.newBuilder().setNewInstanceUid(fresh.toBytes()))
                .build());

    assertThat(sent.getInstanceUid()).isEqualTo(text(TEXT));
    assertThat(sent.getAgentIdentification().getNewInstanceUid()).isEqualTo(fresh.toBytes());
    // Adopted, it is an id as any other.
    assertThat(uids.received(from(fresh.toBytes()))).isEqualTo(from(fresh.toBytes()));
    assertThat(uids.toSend(to(fresh))).isEqualTo(to(fresh));
  }

  @Test
  void theOthersOnTheConnectionStayAsTheyAre() {
    uids.received(from(text(TEXT)));
    InstanceUid other = new InstanceUid(3, 4);
    AgentToServer noUid = AgentToServer.getDefaultInstance();
    AgentToServer noUlid = from(text("01ARZ3NDEKTSV4RRFFQ69G5FAU"));

    assertThat(uids.received(from(other.toBytes()))).isEqualTo(from(other.toBytes()));
    assertThat(uids.toSend(to(other))).isEqualTo(to(other));
    assertThat(uids.received(noUid)).isEqualTo(noUid);
    assertThat(uids.toSend(ServerToAgent.getDefaultInstance()))
        .isEqualTo(ServerToAgent.getDefaultInstance());
    assertThat(uids.received(noUlid)).isEqualTo(noUlid);
  }

  @Test
  void anAgentThatNowWritesBytesIsAddressedByBytes() {
    uids.received(from(text(TEXT)));
    uids.received(from(MEANT.toBytes()));

    assertThat(uids.toSend(to(MEANT))).isEqualTo(to(MEANT));
  }

  @Test
  void aPeerThatMakesUpIdsCannotFillTheMemory() {
    uids.received(from(text(TEXT)));
    for (int i = 0; i < TextUids.MOST - 1; i++) {
      uids.received(from(text(String.format(Locale.ROOT, "0000000000000000000000%04d", i))));
    }
    assertThat(uids.toSend(to(MEANT)).getInstanceUid()).isEqualTo(text(TEXT));

    uids.received(from(text("0000000000000000000000ZZZZ")));

    assertThat(uids.toSend(to(MEANT)).getInstanceUid()).isEqualTo(MEANT.toBytes());
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static AgentToServer from(ByteString uid) {
    return AgentToServer.newBuilder().setInstanceUid(uid).setCapabilities(1).build();
  }

  private static ServerToAgent to(InstanceUid uid) {
    return ServerToAgent.newBuilder().setInstanceUid(uid.toBytes()).setFlags(1).build();
  }
}

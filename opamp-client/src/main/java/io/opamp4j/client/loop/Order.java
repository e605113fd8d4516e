package io.opamp4j.client.loop;

import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.client.ClientStep;
import java.time.Instant;

/** Something the application has to say to the machine, once. Run on the loop's thread. */
@FunctionalInterface
public interface Order {
  ClientStep carryOut(ClientMachine machine, ClientState state, Instant now);
}

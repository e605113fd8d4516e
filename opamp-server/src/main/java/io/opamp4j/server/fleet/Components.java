package io.opamp4j.server.fleet;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AvailableComponents;
import java.util.Optional;

/** What agents consist of, by the hash they report. Thread-safe; answers from memory. */
public interface Components {
  /** Nothing is known of any agent. */
  Components UNKNOWN =
      new Components() {
        @Override
        public Optional<AvailableComponents> find(ByteString hash) {
          return Optional.empty();
        }

        @Override
        public boolean isAwaited(ByteString hash) {
          return false;
        }
      };

  /** The catalogue of this hash; empty if no agent has told it. */
  Optional<AvailableComponents> find(ByteString hash);

  /** Whether an agent is being asked for it, or will be with the next answer. */
  boolean isAwaited(ByteString hash);
}

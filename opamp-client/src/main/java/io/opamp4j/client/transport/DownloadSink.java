package io.opamp4j.client.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a download goes. Used by the thread that runs the download. */
public interface DownloadSink {

  /** How much is there already. */
  long size();

  /** Adds all that is in the buffer. */
  void append(ByteBuffer bytes) throws IOException;

  /** Begins anew, from nothing. */
  void restart() throws IOException;

  /**
   * So much is there now.
   *
   * @param total of how much; negative if the server did not say
   */
  void came(long total);
}

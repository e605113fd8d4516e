package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Follows every Netty buffer, and fails the class in which one was not released. Needs {@link
 * LeakRecorder} to be Netty's detector.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

  @Override
  public void beforeAll(ExtensionContext context) {
    assertThat(System.getProperty("io.netty.customResourceLeakDetector"))
        .as("the detector the build names")
        .isEqualTo(LeakRecorder.class.getName());
    before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    LeakRecorder.leaks().clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // A detector looks for what was collected when the next buffer is made.
      ByteBuf probe = PooledByteBufAllocator.DEFAULT.buffer();
      probe.release();
    }
    ResourceLeakDetector.setLevel(before);
    assertThat(LeakRecorder.leaks()).isEmpty();
  }
}

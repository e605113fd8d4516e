package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

class LeakCheckTest {

  @Test
  void findsABufferThatWasNotReleased() {
    LeakCheck check = new LeakCheck();
    ExtensionContext context = mock(ExtensionContext.class);
    check.beforeAll(context);
    PooledByteBufAllocator.DEFAULT.heapBuffer(100);

    assertThatThrownBy(() -> check.afterAll(context)).isInstanceOf(AssertionError.class);

    check.beforeAll(context);
  }
}

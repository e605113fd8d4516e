package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.CustomMessageHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CustomMessageHandlersTest {
  private static final ClassLoader NOTHING = services("");

  private final ConfigProblems problems = new ConfigProblems();

  @Test
  void findsThoseInstalledBesideThoseGiven() {
    Handler given = new Handler(Set.of("com.example.given"));
    Set<CustomMessageHandler> found = load(services(Installed.class.getName()), given);
    assertThat(problems.isEmpty()).isTrue();
    assertThat(found).hasSize(2).contains(given).hasAtLeastOneElementOfType(Installed.class);
  }

  @Test
  void refusesTwoHandlersOfOneCapability() {
    load(
        services(Installed.class.getName()),
        new Handler(Set.of("com.example.installed", "com.example.other")));
    assertThat(problems.report())
        .contains("two handlers have the capability 'com.example.installed'")
        .contains(Handler.class.getName())
        .contains(Installed.class.getName());
  }

  @Test
  void refusesNamesThatAreNone_CUSTOM05() {
    load(new Handler(Set.of("pause")));
    assertThat(problems.report()).contains("'pause'").contains("com.example.pause/v1");
  }

  @Test
  void refusesAHandlerOfNothing_CUSTOM07() {
    load(new Handler(Set.of()));
    assertThat(problems.report()).contains("has no capability");
  }

  @Test
  void refusesAHandlerThatFailsToSayItsCapabilities() {
    load(new Handler(null));
    assertThat(problems.report()).contains("does not say its capabilities");
  }

  @Test
  void tellsOfAHandlerThatCannotBeLoaded() {
    load(services("no.such.Handler"));
    assertThat(problems.report()).contains("cannot be loaded").contains("no.such.Handler");
  }

  private void load(CustomMessageHandler handler) {
    load(NOTHING, handler);
  }

  private Set<CustomMessageHandler> load(ClassLoader loader, CustomMessageHandler... given) {
    return Extensions.load(loader, new Extensions(Set.of(given), Set.of()), problems).handlers();
  }

  /** Sees the classes of the tests, and this one handler. */
  private static ClassLoader services(String handler) {
    return new ClassLoader(CustomMessageHandlersTest.class.getClassLoader()) {
      @Override
      public Enumeration<URL> getResources(String name) throws IOException {
        if (!name.endsWith(CustomMessageHandler.class.getName())) {
          return super.getResources(name);
        }
        byte[] content = handler.getBytes(StandardCharsets.UTF_8);
        URLStreamHandler inMemory =
            new URLStreamHandler() {
              @Override
              protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                  @Override
                  public void connect() {}

                  @Override
                  public ByteArrayInputStream getInputStream() {
                    return new ByteArrayInputStream(content);
                  }
                };
              }
            };
        return Collections.enumeration(List.of(new URL("memory", "", 0, "/services", inMemory)));
      }
    };
  }

  /** Found by the service loader. */
  public static final class Installed implements CustomMessageHandler {
    @Override
    public Set<String> capabilities() {
      return Set.of("com.example.installed");
    }

    @Override
    public List<Reply> received(Received message) {
      return List.of();
    }
  }

  private record Handler(Set<String> capabilities) implements CustomMessageHandler {
    @Override
    public List<Reply> received(Received message) {
      return List.of();
    }
  }
}

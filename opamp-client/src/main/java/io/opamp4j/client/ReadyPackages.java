package io.opamp4j.client;

import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.client.packages.PackageLoop;
import io.opamp4j.client.packages.PackageOutlet;
import io.opamp4j.client.packages.Packages;
import io.opamp4j.client.transport.Downloads;
import io.opamp4j.client.transport.TransportSettings;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Installs packages for applications that do not want to do it themselves. */
final class ReadyPackages implements PackagesHandler, AutoCloseable {
  private final PackageLoop packages;
  private volatile Optional<ClientLoop> client = Optional.empty();

  ReadyPackages(
      Packages wanted, TransportSettings base, InstantSource clock, RandomGenerator random) {
    Downloads downloads =
        new Downloads(
            base,
            () ->
                client
                    .map(loop -> loop.state().memory().getSettings())
                    .orElse(OpAMPConnectionSettings.getDefaultInstance()));
    packages = new PackageLoop(wanted, downloads, clock, random);
  }

  /** The report to start with. */
  AgentToServer report(AgentToServer report) {
    PackageStatuses statuses = packages.statuses();
    return statuses.equals(PackageStatuses.getDefaultInstance())
        ? report.toBuilder().clearPackageStatuses().build()
        : report.toBuilder().setPackageStatuses(statuses).build();
  }

  /** The client starts. */
  void start(ClientLoop loop, AgentReport report, Callbacks callbacks, ClientListener listener) {
    client = Optional.of(loop);
    packages.start(
        new PackageOutlet() {
          @Override
          public void tell(PackageStatuses statuses) {
            report.change(now -> now.setPackageStatuses(statuses));
          }

          @Override
          public void at(Instant time, Runnable action) {
            loop.at(time, action);
          }

          @Override
          public void storeFailed(String reason) {
            callbacks.run("a failed save of packages", () -> listener.onStoreFailed(reason));
          }
        });
  }

  @Override
  public void offered(PackagesAvailable offer) {
    packages.offered(offer);
  }

  /** Waits for the end after {@link #close}; see {@link PackageLoop#awaitClosed}. */
  boolean awaitClosed(Duration timeout) throws InterruptedException {
    return packages.awaitClosed(timeout);
  }

  @Override
  public void close() {
    packages.close();
  }
}

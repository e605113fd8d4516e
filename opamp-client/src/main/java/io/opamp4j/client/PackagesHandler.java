package io.opamp4j.client;

import io.opamp4j.proto.PackagesAvailable;

/**
 * Installs the packages a server offers. To be implemented by applications for which {@link
 * io.opamp4j.client.packages.Packages} does not do it; without either the client takes none.
 * Progress and outcome are told with {@link OpampClient#setPackageStatuses}, from any thread, as
 * often as there is news.
 */
@FunctionalInterface
public interface PackagesHandler {

  /**
   * The server wants these packages here. Called on the thread described in {@link ClientListener};
   * downloads belong on another. The same offer comes again until its hash is in the statuses
   * (PKG-10, PKG-11).
   */
  void offered(PackagesAvailable offer);
}

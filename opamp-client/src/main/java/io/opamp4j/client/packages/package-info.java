/**
 * Packages taken from a server: {@link io.opamp4j.client.packages.Packages} says where they go and
 * who checks and installs them; the rest carries out what {@link
 * io.opamp4j.core.client.PackageMachine} decides.
 */
@NullMarked
package io.opamp4j.client.packages;

import org.jspecify.annotations.NullMarked;

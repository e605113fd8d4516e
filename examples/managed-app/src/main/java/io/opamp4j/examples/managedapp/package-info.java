/**
 * A small application that is managed over OpAMP: {@link io.opamp4j.examples.managedapp.Greeter} is
 * the application, {@link io.opamp4j.examples.managedapp.ManagedAgent} connects it to the server.
 */
@NullMarked
package io.opamp4j.examples.managedapp;

import org.jspecify.annotations.NullMarked;

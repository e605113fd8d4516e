/**
 * The exam for storage backends. Each interface of {@link io.opamp4j.storage} has an abstract JUnit
 * class here; a backend extends each and hands over a {@link
 * io.opamp4j.testkit.storage.StorageFixture}, usually a {@link
 * io.opamp4j.testkit.storage.PluginFixture}. The memory store takes the exam in this module's own
 * tests, which also show how it is used.
 */
@NullMarked
package io.opamp4j.testkit.storage;

import org.jspecify.annotations.NullMarked;

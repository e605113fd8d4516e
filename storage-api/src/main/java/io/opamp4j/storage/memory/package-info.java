/**
 * The backend {@code memory}: everything on the heap of one process and gone with it. For tests and
 * demos, and the yardstick the other backends are measured by: it sits the same contract tests.
 */
@NullMarked
package io.opamp4j.storage.memory;

import org.jspecify.annotations.NullMarked;

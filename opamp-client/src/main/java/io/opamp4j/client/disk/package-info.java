/**
 * Files that survive a crash at any moment. Public for the packages beside it, not for
 * applications.
 */
@NullMarked
package io.opamp4j.client.disk;

import org.jspecify.annotations.NullMarked;
